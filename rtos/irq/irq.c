/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupts under Tenon: the table from which the vectors call handlers.  Handlers run on the
 * interrupt stack and may themselves be interrupted by more urgent lines.  How a line is set up
 * is in irq-gic (bare metal) and irq-hypercall (Mortise).
 */
#include <stdbool.h>
#include <stddef.h>
#include <tn/irq.h>
#include <tn/irqline.h>
#include <tn/irqtable.h>
#include <tn/compiler.h>
#include <tn/kernel.h>
#include <tn/trace_ring.h>

TN_ALIGNED(4096) struct tn_irq_slot tn_irq_table[TN_IRQ_SLOTS];

#define SGIS 16u
#define SPIS 32u       /* shared lines from here on */
#define SPURIOUS 1020u /* INTIDs from here on: there was no interrupt */

static uint32_t strays;

/*
 * The slot of a line without a handler.  While a private line that another CPU has enabled is
 * attached or detached, `arg` is a handler's: then there is nothing to be done yet.
 */
static void stray(void *arg)
{
    struct tn_irq_slot *slot = arg;

    strays++;
    if (slot >= tn_irq_table && slot < tn_irq_table + TN_IRQ_SLOTS) {
        tn_irqline_disable((uint32_t)(slot - tn_irq_table));
    }
}

void tn_irq_init(void)
{
    for (uint32_t i = 0; i < TN_IRQ_SLOTS; i++) {
        tn_irq_table[i] = (struct tn_irq_slot){stray, &tn_irq_table[i]};
    }
}

static bool attached(uint32_t intid)
{
    return intid < CONFIG_TN_IRQ_LIMIT && tn_irq_table[intid].handler != stray;
}

#if CONFIG_TRACE
static struct tn_irq_slot traced_table[CONFIG_TN_IRQ_LIMIT];

/* The handler of every line while a trace is recorded: around the real one. */
static void traced(void *arg)
{
    const struct tn_irq_slot *slot = arg;
    uintptr_t intid = (uintptr_t)(slot - traced_table);

    tn_trace_event(TN_TRACE_IRQ, (void *)intid);
    slot->handler(slot->arg);
    tn_trace_event(TN_TRACE_IRQ_END, (void *)intid);
}
#endif

/*
 * A slot changes in two steps, and in between the other CPUs are waited for: the vectors read both
 * words without a lock, and must not find a handler with another one's argument.  What is free
 * has itself for an argument.
 */
static void set_argument(uint32_t intid, void (*handler)(void *arg), void *arg)
{
#if CONFIG_TRACE
    traced_table[intid] = (struct tn_irq_slot){handler, arg};
    arg = &traced_table[intid];
#endif
    (void)handler;
    tn_irq_table[intid].arg = arg;
}

static void set_handler(uint32_t intid, void (*handler)(void *arg))
{
#if CONFIG_TRACE
    handler = traced;
#endif
    __atomic_store_n(&tn_irq_table[intid].handler, handler, __ATOMIC_RELEASE);
}

int tn_irq_attach(uint32_t intid, void (*handler)(void *arg), void *arg)
{
    uint64_t daif;
    bool is_free;

    if (handler == NULL) {
        return TN_EINVAL;
    }
    if (intid >= CONFIG_TN_IRQ_LIMIT) {
        return TN_ERANGE;
    }
    daif = tn_kernel_lock();
    is_free = tn_irq_table[intid].arg == &tn_irq_table[intid];
    if (is_free) {
        set_argument(intid, handler, arg);
    }
    tn_kernel_unlock(daif);
    if (!is_free) {
        return TN_EBUSY;
    }
    tn_percpu_await_handlers();
    tn_irqline_prepare(intid);
    set_handler(intid, handler);
    return TN_OK;
}

int tn_irq_detach(uint32_t intid)
{
    uint64_t daif = tn_kernel_lock();
    bool mine = attached(intid);

    if (mine) {
        tn_irq_table[intid].handler = stray;
        tn_irqline_disable(intid);
    }
    tn_kernel_unlock(daif);
    if (!mine) {
        return TN_EINVAL;
    }
    tn_percpu_await_handlers();
    tn_irq_table[intid].arg = &tn_irq_table[intid];
    return TN_OK;
}

int tn_irq_enable(uint32_t intid)
{
    return attached(intid) ? tn_irqline_enable(intid) : TN_EINVAL;
}

int tn_irq_disable(uint32_t intid)
{
    return attached(intid) ? tn_irqline_disable(intid) : TN_EINVAL;
}

int tn_irq_pend(uint32_t intid)
{
    return attached(intid) ? tn_irqline_pend(intid) : TN_EINVAL;
}

int tn_irq_set_priority(uint32_t intid, uint32_t priority)
{
    if (priority < TN_IRQ_PRIORITY_MOST || priority > UINT8_MAX) {
        return TN_ERANGE;
    }
    return attached(intid) ? tn_irqline_set_priority(intid, (uint8_t)priority) : TN_EINVAL;
}

int tn_irq_set_cpu(uint32_t intid, unsigned cpu)
{
    if (cpu >= CONFIG_CPUS) {
        return TN_ERANGE;
    }
    if (!attached(intid) || intid < SPIS) {
        return TN_EINVAL;
    }
    return CONFIG_CPUS == 1 ? TN_OK : tn_irqline_route(intid, cpu);
}

int tn_irq_set_trigger(uint32_t intid, int edge)
{
    return attached(intid) && intid >= SGIS ? tn_irqline_set_trigger(intid, edge) : TN_EINVAL;
}

/*
 * From the vectors, with an INTID that they do not look up (TN_IRQ_SPECIAL_BIT): nothing was
 * pending any more, or a line that is looked up with care.  Returns whether it is to be ended.
 */
int tn_irq_special(uint32_t intid);

int tn_irq_special(uint32_t intid)
{
    if (intid >= CONFIG_TN_IRQ_LIMIT) {
        strays++;
        if (intid >= SPURIOUS) {
            return 0;
        }
        tn_irqline_disable(intid);
        return 1;
    }
    tn_irq_unmask();
    tn_irq_table[intid].handler(tn_irq_table[intid].arg);
    return 1;
}

uint32_t tn_irq_stray_count(void)
{
    return strays;
}
