/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance goes to another CPU of its pool.  Who runs at EL2 runs in the tables and on the stack
 * of an instance, so before another CPU can have those this one has to be out of them: each CPU has
 * a slot that is nobody's, of which the EL2 does nothing but hand over who has left and choose who
 * comes next.  It begins anew each time, and is where a CPU begins that no instance was on yet.
 *
 * Concurrency.  The instance takes itself out of this CPU's queue, puts its registers away and
 * changes to the slot of nobody.  There the order to take it up is left, and then `moved` is stored
 * (release), from when on its orders go to the other CPU; they are taken there with acquire: all
 * that this CPU has written of the instance comes before.  No order is taken in between.  One that
 * was left here by a CPU that still read the old `moved` goes on to the other one (orders.c).  Its
 * SPIs are routed before it leaves; where one arrives before it, or after it has left, it is made
 * pending again until it is where its instance is.
 */
#include <tn/abi/hypercall.h>
#include <tn/gic.h>
#include <tn/gic_regs.h>
#include <tn/hv/cpus.h>
#include <tn/hv/irq.h>
#include <tn/hv/stage2.h>
#include <tn/hv/vcpu.h>
#include <tn/hv/vlr.h>

#include "internal.h"

#define SHARE_SHIFT 24 /* all of a CPU, as shares of it are counted */

static unsigned idle_slot(unsigned cpu)
{
    return CONFIG_HV_CPUS + cpu;
}

/* CPU of `pool.cpus` with this number, of the pool that the caller is in; CONFIG_POOL: none. */
static unsigned find(uint64_t board)
{
    unsigned own = pool_instances[idle_slot(pool_cpu_of(tn_hv_partition.slot))].partition;
    unsigned cpu = 0;

    while (cpu < CONFIG_POOL && (pool_instances[idle_slot(cpu)].partition != own ||
                                 pool_instances[idle_slot(cpu)].board != board)) {
        cpu++;
    }
    return cpu;
}

/* What an instance under EDF has been promised of its CPU, rounded up; else 0. */
static uint64_t share(unsigned slot)
{
    const struct instance *instance = &pool_instances[slot];

    if (instance->cpu == NOBODY || instance->kind != TN_SCHED_EDF) {
        return 0;
    }
    return (((uint64_t)instance->budget_us << SHARE_SHIFT) + instance->period_us - 1) /
           instance->period_us;
}

static unsigned room_of(unsigned slot)
{
    unsigned room = pool.vcpus[slot].room;

    return room != 0 ? room - 1 : pool_instances[slot].cpu;
}

/* Whether the CPU can keep one promise more; if so it is made. */
static bool reserve(unsigned cpu)
{
    unsigned self = tn_hv_partition.slot;
    uint64_t own = share(self), sum = own;
    bool fits;

    tn_hv_lock();
    for (unsigned slot = 0; slot < CONFIG_HV_CPUS; slot++) {
        sum += slot != self && room_of(slot) == cpu ? share(slot) : 0;
    }
    /* Rounding is the builder's to forgive: as much as its own sum may be beyond. */
    fits = own == 0 || sum <= (1ull << SHARE_SHIFT) + CONFIG_HV_CPUS;
    if (fits) {
        pool.vcpus[self].room = (uint8_t)(cpu + 1);
    }
    tn_hv_unlock();
    return fits;
}

/* It is up, or has been called for. */
static bool call(unsigned cpu)
{
    const struct instance *idle = &pool_instances[idle_slot(cpu)];

    if (__atomic_exchange_n(&pool.cpus[cpu].up, 1, __ATOMIC_ACQ_REL)) {
        return true;
    }
    if (tn_hv_cpus_start_slot(idle_slot(cpu), idle->board)) {
        return true;
    }
    __atomic_store_n(&pool.cpus[cpu].up, 0, __ATOMIC_RELEASE);
    return false;
}

/*
 * On a GICv2 an SPI is pending for the CPU that was its target then, and active on the one that has
 * acknowledged it, whose deactivation alone ends that.  So there nothing of an SPI goes along: what
 * the guest has not seen is pending again, for its new target.
 */
static void send_after(struct vcpu *me, unsigned intid)
{
    uint32_t bit = 1u << intid % 32;
    bool waits = (me->pending[intid / 32] & bit) != 0;

    me->pending[intid / 32] &= ~bit;
    waits |= tn_vlr_take_back(intid);
    if (waits) {
        gic_write_bit(tn_hv_gic.gicd, GIC_ICACTIVER, intid);
    }
    if (waits || tn_mmio_read32(tn_hv_gic.gicd + GIC_ISPENDR + intid / 32 * 4) & bit) {
        gic_write_bit(tn_hv_gic.gicd, GIC_ICPENDR, intid);
        tn_gic_pend(&tn_hv_gic, intid);
    }
}

/* Whether the guest is in the handler of an SPI that would have to be deactivated here. */
static bool handles_spi(void)
{
    uint32_t active = 0;

    for (unsigned bank = 1; TN_BOARD_GICR_SIZE == 0 && bank < BANKS; bank++) {
        active |= tn_hv_partition.irqs[bank] == 0 ? 0 : tn_vlr_bits(bank, true);
    }
    return active != 0;
}

static void route(struct vcpu *me, unsigned board)
{
    for (unsigned bank = 1; bank < BANKS; bank++) {
        for (uint32_t left = tn_hv_partition.irqs[bank]; left != 0; left &= left - 1) {
            unsigned intid = bank * 32 + (unsigned)__builtin_ctz(left);

            tn_gic_route(tn_hv_gic.gicd, intid, pool_target(board));
            if (TN_BOARD_GICR_SIZE == 0) {
                send_after(me, intid);
            }
        }
    }
}

long pool_move(uint64_t board)
{
    struct cpu *cpu = pool_here();
    struct vcpu *me = pool_self();
    unsigned own = pool_cpu_of(tn_hv_partition.slot), to = find(board);
    struct vcpu *idle = &pool.vcpus[idle_slot(own)];

    if (to == CONFIG_POOL) {
        return TN_HC_INVALID;
    }
    if (to == own) {
        return (long)board;
    }
    if (!call(to)) {
        return TN_HC_FAILED;
    }
    if (handles_spi() || !reserve(to)) {
        return TN_HC_BUSY;
    }
    tn_sched_account(&cpu->q, &me->sched, pool_now());
    tn_sched_leave(&cpu->q, &me->sched);
    pool_unwatch(cpu, me);
    route(me, (unsigned)board);
    cpu->leaves = me;
    idle->fresh = true;
    pool_switch_to(cpu, me, idle);
    pool_go_on(pool_here(), me);
    return (long)board;
}

/* Of this life or an earlier one its guest may have left translations here, not all of them true.
 */
static void forget_translations(void)
{
    tn_tlbi(alle1);
    tn_dsb(nsh);
}

void pool_arrive(void)
{
    pool_cpu = &pool.cpus[pool_cpu_of(tn_hv_partition.slot)];
    tn_hv_cpus_moved(pool_board_of(tn_hv_partition.slot));
    tn_hv_irq_moved();
    forget_translations();
}

static void hand_over(struct cpu *cpu)
{
    struct vcpu *v = cpu->leaves;

    if (v != NULL) {
        cpu->leaves = NULL;
        pool_hand_over(pool_slot_of(v));
    }
}

/* As much as the start of an instance does for its CPU. */
static void set_up(struct cpu *cpu, struct vcpu *me)
{
    tn_hv_guest_cpu(0);
    tn_hv_stage2_begin_cpu();
    tn_hv_irq_begin_cpu();
    pool_irq_set_up(cpu);
    tn_sched_init(&cpu->q, pool_now());
    tn_vcpu_fp_reset();
    me->tables = true;
    cpu->current = me;
}

TN_NORETURN void tn_hv_pool_idle(unsigned slot)
{
    struct cpu *cpu = &pool.cpus[pool_instances[slot].cpu];
    struct vcpu *me = &pool.vcpus[slot];

    tn_hv_partition.slot = slot;
    tn_hv_partition.board_cpu = pool_instances[slot].board;
    pool_cpu = cpu;
    pool_me = me;
    me->dead = true;
    tn_hv_irq_moved();
    if (cpu->current == NULL) {
        set_up(cpu, me);
    }
    tn_vlr_init();
    pool_set_private(cpu, 0);
    hand_over(cpu);
    for (;;) {
        pool_schedule();
    }
}
