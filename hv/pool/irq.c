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
#include <tn/gic_regs.h>
#include <tn/hv/exit.h>
#include <tn/hv/irq.h>
#include <tn/hv/vlr.h>

#include "internal.h"

#define KICK 14u
#define WAKE 15u
#define SGI_PRIORITY 0xa0u

#define GICR_SGI_BASE 0x10000u

/* Of a CPU's own interrupts those that no guest gets from the controller. */
#define OWN                                                                                        \
    (((1u << TN_GIC_SGIS) - 1) | 1u << TN_BOARD_TIMER_HYP_IRQ | 1u << TN_BOARD_GIC_MAINTENANCE_IRQ)

uintptr_t pool_banked(void)
{
    return TN_BOARD_GICR_SIZE != 0 ? tn_hv_gic.gicr + GICR_SGI_BASE : tn_hv_gic.gicd;
}

void pool_set_pending(struct vcpu *v, unsigned intid)
{
    v->pending[intid / 32] |= 1u << intid % 32;
    v->banks |= 1u << intid / 32;
}

uint64_t pool_target(unsigned board)
{
    static const uint64_t mpidrs[] = TN_BOARD_MPIDRS;

    return TN_BOARD_GICR_SIZE != 0 ? mpidrs[board] : 1ull << board;
}

void pool_kick(unsigned board)
{
    tn_dsb(ish); /* the order that it is about is seen before it arrives */
    tn_gic_send(tn_hv_gic.gicd, pool_target(board), KICK);
}

void pool_irq_set_up(struct cpu *cpu)
{
    uintptr_t frame = pool_banked();

    tn_vlr_init_cpu();
    cpu->enabled = 0;
    tn_mmio_write8(frame + GIC_IPRIORITYR + KICK, 0);
    tn_mmio_write8(frame + GIC_IPRIORITYR + TN_BOARD_TIMER_HYP_IRQ, 0);
    tn_mmio_write32(frame + GIC_ISENABLER,
                    1u << KICK | 1u << TN_BOARD_TIMER_HYP_IRQ | 1u << TN_BOARD_GIC_MAINTENANCE_IRQ);
}

void pool_set_private(struct cpu *cpu, uint32_t mask)
{
    uint32_t ppis = mask & ~OWN;

    if (cpu->enabled != ppis) {
        tn_mmio_write32(pool_banked() + GIC_ICENABLER, cpu->enabled & ~ppis);
        tn_mmio_write32(pool_banked() + GIC_ISENABLER, ppis & ~cpu->enabled);
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
        tn_mmio_write32(pool_banked() + GIC_ICPENDR, me->pended);
    }
    me->banks = me->enabled = me->active = me->pended = 0;
    pool_set_private(pool_here(), 0); /* hv/irq has disabled its own */
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
        me->pended &= (found & ~me->active) | tn_mmio_read32(pool_banked() + GIC_ISPENDR);
        tn_mmio_write32(pool_banked() + GIC_ICPENDR, me->pended);
    }
    if (found != 0) {
        tn_mmio_write32(pool_banked() + GIC_ICACTIVER, found);
    }
    tn_vlr_save();
}

void pool_irq_enter(struct cpu *cpu, struct vcpu *me)
{
    tn_vlr_restore();
    if (me->active != 0) {
        tn_mmio_write32(pool_banked() + GIC_ISACTIVER, me->active);
    }
    if (me->pended != 0) {
        tn_mmio_write32(pool_banked() + GIC_ISPENDR, me->pended);
    }
    pool_set_private(cpu, me->enabled);
}

static uint8_t priority_of(const struct vcpu *me, unsigned intid)
{
    return intid < TN_GIC_FIRST_SPI ? me->priority[intid]
                                    : tn_mmio_read8(tn_hv_gic.gicd + GIC_IPRIORITYR + intid);
}

static TN_NOINLINE void wait_for_room(unsigned intid)
{
    pool_set_pending(pool_self(), intid);
    tn_vlr_want(true); /* nothing else may bring the guest here before it is due */
}

/* For the instance that runs, at once where a list register is free. */
void pool_give(unsigned intid)
{
    if (!tn_vlr_put(intid, priority_of(pool_self(), intid), true)) {
        wait_for_room(intid);
    }
}

/* For one that does not run: what it does about the interrupt may be the most urgent it has. */
static void wake_for(struct vcpu *v, unsigned intid)
{
    pool_set_pending(v, intid);
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
            pool_give(intid);
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
    if (!pool_is_here(owner - 1)) {
        /* On its way when its instance left, or here before it: again, to where that is then. */
        tn_vlr_deactivate(ack);
        tn_gic_pend(&tn_hv_gic, intid);
        return false;
    }
    if (v == pool_self() && v->sched.state == TN_SCHED_READY) {
        pool_give(intid);
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
