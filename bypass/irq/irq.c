/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers of a bypass program.  The vector (irq-gicv2, irq-gicv3) acknowledges an interrupt,
 * looks its number up here and calls; lines are set up through <tn/irqline.h>.  One CPU, no
 * nesting: a table entry changes only while its line is disabled.
 */
#include <tn/irq.h>

#include <stdbool.h>
#include <stddef.h>
#include <tn/board.h>
#include <tn/irqline.h>

/* Layout known to the vector: 16 bytes, handler first. */
struct entry {
    void (*handler)(void *arg);
    void *arg;
};
_Static_assert(sizeof(struct entry) == 16 && offsetof(struct entry, arg) == 8, "vector");

bool tn_irq_other(uint32_t acknowledge);

#define SGIS 16u
#define SPIS 32u /* shared lines from here on */

static struct entry table[CONFIG_BYPASS_IRQ_LIMIT];
static volatile uint32_t strays;

/*
 * An interrupt that was disabled or withdrawn while it was on its way to the CPU, above all the
 * timer's that tn_sleep_until() has just stopped.
 */
static void stray(void *arg)
{
    (void)arg;
    strays++;
}

static bool is_attached(uint32_t intid)
{
    return intid < CONFIG_BYPASS_IRQ_LIMIT && table[intid].handler && table[intid].handler != stray;
}

/* Before main() and before the program's own constructors. */
__attribute__((constructor(101))) static void start(void)
{
    table[TN_BOARD_TIMER_VIRT_IRQ].handler = stray;
    tn_sysreg_write(tpidr_el1, (uintptr_t)table);
    tn_irq_unmask();
}

int tn_irq_attach(uint32_t intid, void (*handler)(void *arg), void *arg)
{
    if (!handler) {
        return TN_EINVAL;
    }
    if (intid >= CONFIG_BYPASS_IRQ_LIMIT) {
        return TN_ERANGE;
    }
    if (is_attached(intid)) {
        return TN_EBUSY;
    }
    uint64_t daif = tn_irq_mask();

    tn_irqline_prepare(intid);
    table[intid] = (struct entry){handler, arg};
    tn_irq_restore(daif);
    return TN_OK;
}

int tn_irq_detach(uint32_t intid)
{
    if (!is_attached(intid)) {
        return TN_EINVAL;
    }
    tn_irq_disable(intid);
    uint64_t daif = tn_irq_mask();

    table[intid] = (struct entry){stray, NULL};
    tn_irq_restore(daif);
    return TN_OK;
}

int tn_irq_enable(uint32_t intid)
{
    return is_attached(intid) ? tn_irqline_enable(intid) : TN_EINVAL;
}

int tn_irq_disable(uint32_t intid)
{
    return is_attached(intid) ? tn_irqline_disable(intid) : TN_EINVAL;
}

int tn_irq_pend(uint32_t intid)
{
    return is_attached(intid) ? tn_irqline_pend(intid) : TN_EINVAL;
}

int tn_irq_set_priority(uint32_t intid, uint32_t priority)
{
    if (priority < TN_IRQ_PRIORITY_MOST || priority > UINT8_MAX) {
        return TN_ERANGE;
    }
    if (!is_attached(intid)) {
        return TN_EINVAL;
    }
    return tn_irqline_set_priority(intid, (uint8_t)priority);
}

/* There is one. */
int tn_irq_set_cpu(uint32_t intid, unsigned cpu)
{
    if (cpu != 0) {
        return TN_ERANGE;
    }
    return is_attached(intid) && intid >= SPIS ? TN_OK : TN_EINVAL;
}

int tn_irq_set_trigger(uint32_t intid, int edge)
{
    return is_attached(intid) && intid >= SGIS ? tn_irqline_set_trigger(intid, edge) : TN_EINVAL;
}

uint32_t tn_irq_stray_count(void)
{
    return strays;
}

/* From the vector: a number from 512 on, which the vector does not look up.  Returns whether it
 * wants an end. */
bool tn_irq_other(uint32_t acknowledge)
{
    const uint32_t first_special = 1020; /* as tn_gic_ack(): nothing was pending any more */
    uint32_t intid = acknowledge & 0x3ff;

    if (intid >= first_special) {
        strays++;
        return false;
    }
    if (is_attached(intid)) {
        table[intid].handler(table[intid].arg);
    } else {
        strays++;
    }
    return true;
}
