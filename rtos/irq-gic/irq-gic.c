/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the interrupt controller when Tenon is alone on the machine. */
#include <tn/board.h>
#include <tn/errno.h>
#include <tn/gic.h>
#include <tn/irq.h>
#include <tn/irqline.h>
#include <tn/percpu.h>

#define PRIORITY TN_IRQ_PRIORITY /* the middle of the non-secure half */

static const struct tn_gic first = {
    .gicd = TN_BOARD_GICD_BASE,
    .gicr = TN_BOARD_GICR_BASE,
    .gicc = TN_BOARD_GICC_BASE,
};
static struct tn_gic others[CONFIG_CPUS];

/* The frames as the calling CPU has them, for its own lines; for lines from 32 on any do. */
static const struct tn_gic *here(void)
{
    unsigned number = tn_percpu_number();

    return CONFIG_CPUS == 1 || number == 0 ? &first : &others[number];
}

void tn_irqline_init(void)
{
    tn_gic_init(here());
    tn_gic_init_cpu(here());
}

void tn_irqline_init_cpu(void)
{
    struct tn_gic *gic = &others[tn_percpu_number()];

    *gic = first;
    if (TN_BOARD_GICR_BASE != 0) {
        gic->gicr += tn_percpu_number() * TN_BOARD_GICR_SIZE;
    }
    tn_gic_init_cpu(gic);
}

void tn_irqline_prepare(uint32_t intid)
{
    tn_gic_configure(here(), intid, PRIORITY, 0);
}

int tn_irqline_enable(uint32_t intid)
{
    tn_gic_enable(here(), intid);
    return TN_OK;
}

int tn_irqline_disable(uint32_t intid)
{
    tn_gic_disable(here(), intid);
    return TN_OK;
}

int tn_irqline_pend(uint32_t intid)
{
    tn_gic_pend(here(), intid);
    return TN_OK;
}

int tn_irqline_set_priority(uint32_t intid, uint8_t priority)
{
    tn_gic_set_priority(here(), intid, priority);
    return TN_OK;
}

int tn_irqline_route(uint32_t intid, unsigned cpu)
{
    tn_gic_route(TN_BOARD_GICD_BASE, intid, tn_percpu_target(cpu));
    return TN_OK;
}

int tn_irqline_set_trigger(uint32_t intid, int edge)
{
    tn_gic_set_trigger(here(), intid, edge);
    return TN_OK;
}
