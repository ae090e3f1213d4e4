/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the interrupt controller when Tenon is alone on the machine. */
#include <tn/board.h>
#include <tn/errno.h>
#include <tn/gic.h>
#include <tn/irq.h>
#include <tn/irqline.h>

#define PRIORITY TN_IRQ_PRIORITY /* the middle of the non-secure half */

static const struct tn_gic gic = {
    .gicd = TN_BOARD_GICD_BASE,
    .gicr = TN_BOARD_GICR_BASE,
    .gicc = TN_BOARD_GICC_BASE,
};

void tn_irqline_init(void)
{
    tn_gic_init(&gic);
    tn_gic_init_cpu(&gic);
}

void tn_irqline_prepare(uint32_t intid)
{
    tn_gic_configure(&gic, intid, PRIORITY, 0);
}

int tn_irqline_enable(uint32_t intid)
{
    tn_gic_enable(&gic, intid);
    return TN_OK;
}

int tn_irqline_disable(uint32_t intid)
{
    tn_gic_disable(&gic, intid);
    return TN_OK;
}

int tn_irqline_pend(uint32_t intid)
{
    tn_gic_pend(&gic, intid);
    return TN_OK;
}

int tn_irqline_set_priority(uint32_t intid, uint8_t priority)
{
    tn_gic_set_priority(&gic, intid, priority);
    return TN_OK;
}

int tn_irqline_set_trigger(uint32_t intid, int edge)
{
    tn_gic_set_trigger(&gic, intid, edge);
    return TN_OK;
}
