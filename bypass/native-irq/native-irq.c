/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of the interrupt controller when the program at EL2 is alone on the machine.  A program
 * that prepares no line never touches the controller.
 */
#include <stdbool.h>
#include <tn/board.h>
#include <tn/errno.h>
#include <tn/gic.h>
#include <tn/irq.h>
#include <tn/irqline.h>

static const struct tn_gic gic = {
    .gicd = TN_BOARD_GICD_BASE,
    .gicr = TN_BOARD_GICR_BASE,
    .gicc = TN_BOARD_GICC_BASE,
};

void tn_irqline_prepare(uint32_t intid)
{
    static bool ready;

    if (!ready) {
        tn_gic_init(&gic);
        tn_gic_init_cpu(&gic);
        ready = true;
    }
    tn_gic_configure(&gic, intid, TN_IRQ_PRIORITY, 0);
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
