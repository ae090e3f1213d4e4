/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupts of an instance as its guest sets them up, by hypercall or through an emulated
 * distributor: what a controller has a register for is in the instance's record, in a list
 * register, or, of SPIs, in the real one.
 */
#include <tn/gic.h>
#include <tn/gic_regs.h>
#include <tn/hv/irq.h>
#include <tn/hv/pool.h>
#include <tn/hv/vlr.h>

#include "internal.h"

void tn_hv_pool_irq_enable(unsigned intid)
{
    struct vcpu *me = pool_self();

    if (intid >= TN_GIC_FIRST_SPI) {
        tn_gic_enable(&tn_hv_gic, intid);
        return;
    }
    me->enabled |= 1u << intid;
    pool_set_private(pool_here(), me->enabled);
    pool_flush(me);
}

#define TIMERS (1u << TN_BOARD_TIMER_VIRT_IRQ | 1u << TN_BOARD_TIMER_PHYS_IRQ)

static bool is_edge(unsigned intid)
{
    return tn_mmio_read32(tn_hv_gic.gicd + GIC_ICFGR + intid / 16 * 4) >> intid % 16 * 2 & 2;
}

/* What the guest has not seen yet goes back: pending again where its line does not say so. */
static void take_back(struct vcpu *me, unsigned intid)
{
    bool waits = me->pending[intid / 32] >> intid % 32 & 1;

    if (intid < TN_GIC_SGIS) {
        if (tn_vlr_take_back(intid)) {
            pool_set_pending(me, intid);
        }
        return;
    }
    me->pending[intid / 32] &= ~(1u << intid % 32);
    if (waits || tn_vlr_take_back(intid)) {
        if (intid < TN_GIC_FIRST_SPI) {
            tn_mmio_write32(pool_banked() + GIC_ICACTIVER, 1u << intid);
            return;
        }
        if (is_edge(intid)) {
            tn_gic_pend(&tn_hv_gic, intid);
        }
        tn_mmio_write32(tn_hv_gic.gicd + GIC_ICACTIVER + intid / 32 * 4, 1u << intid % 32);
    }
}

void tn_hv_pool_irq_disable(unsigned intid)
{
    struct vcpu *me = pool_self();

    if (intid < TN_GIC_FIRST_SPI) {
        me->enabled &= ~(1u << intid);
        pool_set_private(pool_here(), me->enabled);
    } else {
        tn_gic_disable(&tn_hv_gic, intid);
    }
    take_back(me, intid);
}

void tn_hv_pool_irq_pend(unsigned intid)
{
    if (intid < TN_GIC_SGIS) {
        pool_set_pending(pool_self(), intid);
        pool_flush(pool_self());
        return;
    }
    if (intid < TN_GIC_FIRST_SPI) {
        pool_self()->pended |= 1u << intid; /* the other instances' PPI is the same */
    }
    tn_gic_pend(&tn_hv_gic, intid);
}

void tn_hv_pool_irq_priority(unsigned intid, uint8_t priority)
{
    struct vcpu *me = pool_self();

    if (intid < TN_GIC_FIRST_SPI) {
        me->priority[intid] = priority;
    } else {
        tn_gic_set_priority(&tn_hv_gic, intid, priority);
    }
    /* What waits in a list register has the old one: once more. */
    if (tn_vlr_take_back(intid)) {
        pool_set_pending(me, intid);
        pool_flush(me);
    }
}

uint8_t tn_hv_pool_irq_get_priority(unsigned intid)
{
    return pool_self()->priority[intid];
}

uint32_t tn_hv_pool_irq_enabled(void)
{
    return pool_self()->enabled;
}

uint32_t tn_hv_pool_irq_pending(unsigned bank)
{
    uint32_t waits = pool_self()->pending[bank] | tn_vlr_bits(bank, false);

    if (bank != 0) {
        return waits | tn_mmio_read32(tn_hv_gic.gicd + GIC_ISPENDR + bank * 4);
    }
    /* Its timers run in the CPU now, and one whose interrupt is disabled is seen here alone. */
    waits |= tn_mmio_read32(pool_banked() + GIC_ISPENDR) & TIMERS;
    return waits | (pool_self()->pended & ~tn_vlr_bits(0, true));
}

uint32_t tn_hv_pool_irq_active(unsigned bank)
{
    return tn_vlr_bits(bank, true);
}

void tn_hv_pool_irq_forget(unsigned intid)
{
    struct vcpu *me = pool_self();
    uint32_t bit = 1u << intid % 32;
    uintptr_t frame = intid < TN_GIC_FIRST_SPI ? pool_banked() : tn_hv_gic.gicd;
    bool waits = (me->pending[intid / 32] & bit) != 0;

    me->pending[intid / 32] &= ~bit;
    if (intid < TN_GIC_FIRST_SPI) {
        me->pended &= ~bit;
    }
    waits |= tn_vlr_take_back(intid);
    if (intid >= TN_GIC_SGIS) {
        gic_write_bit(frame, GIC_ICPENDR, intid);
        if (waits) {
            gic_write_bit(frame, GIC_ICACTIVER, intid);
        }
    }
}

void tn_hv_pool_irq_end(unsigned intid)
{
    if (tn_vlr_end(intid) && intid >= TN_GIC_SGIS) {
        gic_write_bit(intid < TN_GIC_FIRST_SPI ? pool_banked() : tn_hv_gic.gicd, GIC_ICACTIVER,
                      intid);
    }
}
