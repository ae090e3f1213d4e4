/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupts of a CPU that instances share: all enter EL2, which drops their priority and leaves
 * them active; an owner's list register lets its guest's end of interrupt deactivate them.  Until
 * it has the CPU they wait in its `pending`, and the device keeps quiet, since they are active.
 *
 * PPIs are the CPU's: they belong to who has it.  An instance that is switched out takes those
 * back with it that it has not seen (timers raise them again from their registers), and those that
 * it is handling are active again when it goes on; one that it has made pending itself has no level
 * that would, and is kept for it.  SGIs never reach the controller.
 */
#include <tn/gic.h>
#include <tn/hv/exit.h>
#include <tn/hv/irq.h>
#include <tn/hv/vlr.h>
#include <tn/mmio.h>

#include "internal.h"

#define KICK 14u
#define WAKE 15u
#define SGI_PRIORITY 0xa0u

/* At the same place in GICv2's distributor and in the second frame of a redistributor. */
#define GICR_SGI_BASE 0x10000u
#define ISENABLER 0x100u
#define ICENABLER 0x180u
#define ISPENDR 0x200u
#define ICPENDR 0x280u
#define ISACTIVER 0x300u
#define ICACTIVER 0x380u
#define IPRIORITYR 0x400u
#define ICFGR 0xc00u

static uintptr_t banked(void)
{
    return TN_BOARD_GICR_SIZE != 0 ? tn_hv_gic.gicr + GICR_SGI_BASE : tn_hv_gic.gicd;
}

static void set_pending(struct vcpu *v, unsigned intid)
{
    v->pending[intid / 32] |= 1u << intid % 32;
    v->banks |= 1u << intid / 32;
}

void pool_kick(unsigned board)
{
    static const uint64_t mpidrs[] = TN_BOARD_MPIDRS;

    tn_dsb(ish); /* the order that it is about is seen before it arrives */
    tn_gic_send(tn_hv_gic.gicd, TN_BOARD_GICR_SIZE != 0 ? mpidrs[board] : 1ull << board, KICK);
}

void pool_irq_set_up(struct cpu *cpu)
{
    uintptr_t frame = banked();

    tn_vlr_init_cpu();
    cpu->enabled = 0;
    tn_mmio_write8(frame + IPRIORITYR + KICK, 0);
    tn_mmio_write8(frame + IPRIORITYR + TN_BOARD_TIMER_HYP_IRQ, 0);
    tn_mmio_write32(frame + ISENABLER,
                    1u << KICK | 1u << TN_BOARD_TIMER_HYP_IRQ | 1u << TN_BOARD_GIC_MAINTENANCE_IRQ);
}

/* Enable exactly these PPIs for the guest that runs. */
static void set_private(struct cpu *cpu, uint32_t mask)
{
    uint32_t ppis = mask & ~((1u << TN_GIC_SGIS) - 1);

    if (cpu->enabled != ppis) {
        tn_mmio_write32(banked() + ICENABLER, cpu->enabled & ~ppis);
        tn_mmio_write32(banked() + ISENABLER, ppis & ~cpu->enabled);
        cpu->enabled = ppis;
    }
}

void pool_irq_reset(struct vcpu *me)
{
    /* Volatile: they shall not become calls of memset, which Mortise does without. */
    volatile uint32_t *pending = me->pending;
    volatile uint8_t *priority = me->priority;

    for (unsigned i = 0; i < BANKS; i++) {
        pending[i] = 0;
    }
    if (me->pended != 0) {
        tn_mmio_write32(banked() + ICPENDR, me->pended);
    }
    me->banks = me->enabled = me->active = me->pended = 0;
    set_private(pool_here(), 0); /* hv/irq has disabled its own */
    for (unsigned i = 0; i < TN_GIC_SGIS; i++) {
        priority[i] = SGI_PRIORITY;
    }
}

void pool_irq_leave(struct cpu *cpu, struct vcpu *me)
{
    uint32_t found = tn_vlr_private(&me->active) | me->pending[0] >> TN_GIC_SGIS << TN_GIC_SGIS;

    (void)cpu;
    me->pending[0] &= (1u << TN_GIC_SGIS) - 1;
    if (me->pended != 0) {
        me->pended &= (found & ~me->active) | tn_mmio_read32(banked() + ISPENDR);
        tn_mmio_write32(banked() + ICPENDR, me->pended);
    }
    if (found != 0) {
        tn_mmio_write32(banked() + ICACTIVER, found);
    }
    tn_vlr_save();
}

void pool_irq_enter(struct cpu *cpu, struct vcpu *me)
{
    tn_vlr_restore();
    if (me->active != 0) {
        tn_mmio_write32(banked() + ISACTIVER, me->active);
    }
    if (me->pended != 0) {
        tn_mmio_write32(banked() + ISPENDR, me->pended);
    }
    set_private(cpu, me->enabled);
}

static uint8_t priority_of(const struct vcpu *me, unsigned intid)
{
    return intid < TN_GIC_FIRST_SPI ? me->priority[intid]
                                    : tn_mmio_read8(tn_hv_gic.gicd + IPRIORITYR + intid);
}

/* For the instance that runs, at once where a list register is free. */
void pool_give(struct vcpu *me, unsigned intid)
{
    if (!tn_vlr_put(intid, priority_of(me, intid), true)) {
        set_pending(me, intid);
        tn_vlr_want(true); /* nothing else may bring the guest here before it is due */
    }
}

/* For one that does not run: what it does about the interrupt may be the most urgent it has. */
static void wake_for(struct vcpu *v, unsigned intid)
{
    set_pending(v, intid);
    if (pool_follows(v)) {
        tn_sched_set_level(&pool_here()->q, &v->sched, v->sched.ceiling, false);
    }
    tn_sched_wake(&pool_here()->q, &v->sched, pool_now());
}

/* One of this CPU's own; true: a decision is due. */
static bool take_private(uint32_t ack, unsigned intid)
{
    struct vcpu *me = pool_self();

    switch (intid) {
    case TN_BOARD_TIMER_HYP_IRQ:
        tn_sysreg_write(cnthp_ctl_el2, 0);
        tn_isb(); /* the level is gone before the interrupt may come again */
        break;
    case TN_BOARD_GIC_MAINTENANCE_IRQ:
        tn_vlr_want(false); /* what waits for a list register gets it where a decision ends */
        tn_isb();
        break;
    case KICK:
    case WAKE:
        break;
    default:
        if (me->dead || !(me->enabled >> intid & 1)) {
            break;
        }
        if (me->sched.state == TN_SCHED_READY) {
            pool_give(me, intid);
            return false;
        }
        wake_for(me, intid);
        return true;
    }
    tn_vlr_deactivate(ack);
    return true;
}

static bool take_shared(uint32_t ack, unsigned intid)
{
    unsigned owner = pool.owners[intid];
    struct vcpu *v = owner == 0 ? NULL : &pool.vcpus[owner - 1];

    if (v == NULL || v->dead) {
        tn_vlr_deactivate(ack);
        return false;
    }
    if (v == pool_self() && v->sched.state == TN_SCHED_READY) {
        pool_give(v, intid);
        return false;
    }
    wake_for(v, intid);
    return true;
}

bool pool_take(uint32_t ack)
{
    unsigned intid = TN_GIC_INTID(ack);

    if (intid >= TN_GIC_SPURIOUS) {
        return false;
    }
    return intid < TN_GIC_FIRST_SPI ? take_private(ack, intid) : take_shared(ack, intid);
}

bool pool_take_interrupts(void)
{
    bool due = false;
    uint32_t ack;

    while (TN_GIC_INTID(ack = tn_vlr_take()) < TN_GIC_SPURIOUS) {
        due |= pool_take(ack);
    }
    return due;
}

void pool_flush(struct vcpu *me)
{
    for (uint32_t banks = me->banks; banks != 0; banks &= banks - 1) {
        unsigned bank = (unsigned)__builtin_ctz(banks);
        uint32_t left = me->pending[bank] & (bank == 0 ? me->enabled : UINT32_MAX);

        for (; left != 0; left &= left - 1) {
            unsigned bit = (unsigned)__builtin_ctz(left), intid = bank * 32 + bit;

            if (!tn_vlr_put(intid, priority_of(me, intid), intid >= TN_GIC_SGIS)) {
                tn_vlr_want(true);
                return;
            }
            me->pending[bank] &= ~(1u << bit);
        }
        if (me->pending[bank] == 0) {
            me->banks &= ~(1u << bank);
        }
    }
}

void tn_hv_pool_irq_enable(unsigned intid)
{
    struct vcpu *me = pool_self();

    if (intid >= TN_GIC_FIRST_SPI) {
        tn_gic_enable(&tn_hv_gic, intid);
        return;
    }
    me->enabled |= 1u << intid;
    set_private(pool_here(), me->enabled);
    pool_flush(me);
}

static bool is_edge(unsigned intid)
{
    return tn_mmio_read32(tn_hv_gic.gicd + ICFGR + intid / 16 * 4) >> intid % 16 * 2 & 2;
}

/* What the guest has not seen yet goes back: pending again where its line does not say so. */
static void take_back(struct vcpu *me, unsigned intid)
{
    bool waits = me->pending[intid / 32] >> intid % 32 & 1;

    if (intid < TN_GIC_SGIS) {
        if (tn_vlr_take_back(intid)) {
            set_pending(me, intid);
        }
        return;
    }
    me->pending[intid / 32] &= ~(1u << intid % 32);
    if (waits || tn_vlr_take_back(intid)) {
        if (intid < TN_GIC_FIRST_SPI) {
            tn_mmio_write32(banked() + ICACTIVER, 1u << intid);
            return;
        }
        if (is_edge(intid)) {
            tn_gic_pend(&tn_hv_gic, intid);
        }
        tn_mmio_write32(tn_hv_gic.gicd + ICACTIVER + intid / 32 * 4, 1u << intid % 32);
    }
}

void tn_hv_pool_irq_disable(unsigned intid)
{
    struct vcpu *me = pool_self();

    if (intid < TN_GIC_FIRST_SPI) {
        me->enabled &= ~(1u << intid);
        set_private(pool_here(), me->enabled);
    } else {
        tn_gic_disable(&tn_hv_gic, intid);
    }
    take_back(me, intid);
}

void tn_hv_pool_irq_pend(unsigned intid)
{
    if (intid < TN_GIC_SGIS) {
        set_pending(pool_self(), intid);
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
    if (intid < TN_GIC_FIRST_SPI) {
        pool_self()->priority[intid] = priority;
    } else {
        tn_gic_set_priority(&tn_hv_gic, intid, priority);
    }
}
