/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instances that share a CPU.  Each has a copy of Mortise's .bss, tables and stack, as a CPU of a
 * static partition has: a switch is a change of TTBR0_EL2 and of the stack pointer, at one place in
 * the code, pool_schedule().  Nothing else of Mortise knows that it stops running meanwhile.
 *
 * Concurrency.  EL2 runs with interrupts masked and is left only by ERET or in pool_schedule(), so
 * that a CPU's scheduler needs no lock: no other CPU touches it.  Other CPUs leave orders
 * (orders.c).  The lock of hv/cpus is never held across pool_schedule(): its holders do not call
 * it.
 */
#include <tn/abi/hypercall.h>
#include <tn/hv/cpus.h>
#include <tn/hv/life.h>
#include <tn/hv/vcpu.h>
#include <tn/hv/vlr.h>

#include "internal.h"

#define HCR_IMO (1ull << 4)
#define HCR_TWI (1ull << 13)
#define HCR_TWE (1ull << 14)
#define TIMER_ENABLE 1u
#define US_PER_SEC 1000000u

struct pool pool TN_SECTION(".bss.0shared");
struct vcpu *pool_me;
struct cpu *pool_cpu;

/*
 * This life of the instance has come to its guest.  Before, or while its memory is cleared behind
 * its end, an order to stop finds nothing that could be ended a second time: hv_main() looks at the
 * state itself before the guest, and who is cleared is gone.
 */
static bool entered;

const struct instance pool_instances[HV_SLOTS] = TN_POOL_INSTANCES;

uint64_t pool_bss_of(unsigned slot)
{
    uint64_t size = (uintptr_t)__hv_bss_pages * HV_PAGE;

    return CONFIG_HV_COLOURED > 0 ? tn_hv_colour_bss(slot, 0) : pool.bss + slot * size;
}

/* Who is asked may not have come to its start() yet. */
static void find_self(void)
{
    pool_me = &pool.vcpus[tn_hv_partition.slot];
    pool_cpu = &pool.cpus[pool_cpu_of(tn_hv_partition.slot)];
}

uint64_t pool_ticks(uint32_t us)
{
    return tn_sysreg_read(cntfrq_el0) * us / US_PER_SEC;
}

bool tn_hv_pool_has(unsigned slot)
{
    return pool_instances[slot].cpu != NOBODY;
}

bool tn_hv_pool_cpu_is_set_up(void)
{
    find_self();
    return pool_here()->current != NULL;
}

/* The EL2 timer, for the next time that a decision is due. */
static void arm(uint64_t at)
{
    if (at == TN_SCHED_NEVER) {
        tn_sysreg_write(cnthp_ctl_el2, 0);
        return;
    }
    tn_sysreg_write(cnthp_cval_el2, at);
    tn_sysreg_write(cnthp_ctl_el2, TIMER_ENABLE);
}

/* When a decision is due while `me` runs, or nobody (NULL). */
static uint64_t next_decision(const struct cpu *cpu, const struct vcpu *me)
{
    uint64_t at = tn_sched_next(&cpu->q, me == NULL ? NULL : &me->sched);

    return CONFIG_POOL_WATCHDOGS > 0 && cpu->watch_at < at ? cpu->watch_at : at;
}

/* All that has come due up to where the CPU is accounted, but for what tn_sched_pick() sees to. */
static void take_due(struct cpu *cpu)
{
    pool_take_orders(cpu);
    if (CONFIG_POOL_WATCHDOGS > 0 && cpu->q.since >= cpu->watch_at) {
        pool_watch_expire(cpu);
    }
}

/* Who shall run; sleeps while nobody is ready. */
static struct vcpu *choose(struct cpu *cpu)
{
    struct tn_sched_entity *next;

    take_due(cpu);
    while ((next = tn_sched_pick(&cpu->q, cpu->q.since)) == NULL) {
        arm(next_decision(cpu, NULL));
        tn_dsb(sy); /* before WFI: what was stored is out */
        tn_wfi();
        (void)pool_take_interrupts();
        tn_sched_account(&cpu->q, NULL, pool_now());
        take_due(cpu);
    }
    return TN_LIST_OBJECT(next, struct vcpu, sched);
}

/* A manager's word comes before what it has done itself. */
static void end_condemned(struct vcpu *me)
{
    me->condemned = false;
    if (CONFIG_LIFE > 0 && tn_hv_life_state(tn_hv_partition.index) == TN_LIFE_STOPPING) {
        (void)tn_hv_life_held(); /* does not return */
    }
    if (CONFIG_POOL_WATCHDOGS > 0 && me->expired) {
        pool_end_expired(me);
    }
}

void pool_go_on(struct cpu *cpu, struct vcpu *me)
{
    uint64_t at, again;

    if ((CONFIG_LIFE > 0 || CONFIG_POOL_WATCHDOGS > 0) && me->condemned && entered) {
        end_condemned(me);
    }
    at = next_decision(cpu, me);
    if (pool_follows(me) && (again = pool_show_waiting(cpu, me)) < at) {
        at = again;
    }
    arm(at);
    if (me->banks != 0) {
        pool_flush(me);
    }
}

/* Choose and switch, everything being accounted; returns when this instance has the CPU. */
static void decide(struct cpu *cpu, struct vcpu *me)
{
    struct vcpu *next = choose(cpu);

    if (next != me) {
        pool_switch_to(cpu, me, next);
    } else if (me->fresh) {
        me->fresh = false;
        at_virtual(1ull << HV_AGAIN_BIT | tn_hv_partition.slot, pool.base,
                   pool_bss_of(tn_hv_partition.slot));
    }
    pool_go_on(CONFIG_POOL_IDLES > 0 ? pool_here() : cpu, me);
}

void pool_schedule(void)
{
    struct vcpu *me = pool_self();
    struct cpu *cpu = pool_here();

    tn_sched_account(&cpu->q, &me->sched, pool_now());
    if (pool_follows(me)) {
        pool_follow(cpu, me);
    }
    decide(cpu, me);
}

void pool_block(uint64_t now, uint64_t wake_at)
{
    struct cpu *cpu = pool_here();
    struct vcpu *me = pool_self();

    tn_sched_account(&cpu->q, &me->sched, now);
    tn_sched_block(&cpu->q, &me->sched, wake_at);
    if (pool_follows(me)) {
        me->asked = false;
        tn_sched_set_level(&cpu->q, &me->sched, me->sched.ceiling, false);
    }
    decide(cpu, me);
}

void tn_hv_pool_leave(void)
{
    struct cpu *cpu;
    struct vcpu *me;

    find_self();
    cpu = pool_here();
    me = pool_self();
    me->dead = true;
    pool_unwatch(cpu, me);
    pool_irq_reset(me);
    tn_sched_account(&cpu->q, &me->sched, pool_now());
    tn_sched_remove(&cpu->q, &me->sched);
    for (;;) {
        pool_schedule();
    }
}

void tn_hv_pool_enter(void)
{
    struct cpu *cpu = pool_here();
    struct vcpu *me = pool_self();

    if (cpu->current == NULL) {
        pool_irq_set_up(cpu);
        tn_sched_init(&cpu->q, pool_now());
        me->tables = true;
        cpu->current = me;
        pool_adopt(cpu, me);
    } else if (me->sched.kind == TN_SCHED_FIRST) {
        tn_sched_remove(&cpu->q, &me->sched);
        pool_adopt(cpu, me); /* its last life ended in a hurry, this one competes as ever */
    } else {
        const struct instance *own = &pool_instances[tn_hv_partition.slot];
        uint64_t now = pool_now();

        /* What its last life had given up is this one's again. */
        tn_sched_account(&cpu->q, &me->sched, now);
        tn_sched_renew(&cpu->q, &me->sched, pool_ticks(own->budget_us), pool_ticks(own->period_us),
                       now);
        tn_sched_set_level(&cpu->q, &me->sched, me->sched.ceiling, false);
    }
    if (CONFIG_POOL_WATCHDOGS > 0) {
        me->expired = false; /* until here the time was Mortise's */
        pool_watch(cpu, me);
    }
    tn_sysreg_write(hcr_el2, tn_sysreg_read(hcr_el2) | HCR_IMO | HCR_TWI | HCR_TWE);
    tn_vcpu_begin();
    tn_vlr_init();
    tn_isb();
    entered = true;
    pool_schedule();
}

/* The EL2 timer does not run here (hv_main() has stopped it), so that the time is asked for. */
void tn_hv_pool_point(void)
{
    struct cpu *cpu;
    struct vcpu *me;

    find_self();
    cpu = pool_here();
    me = pool_self();
    if (cpu->current == me && (pool_take_interrupts() || pool_now() >= next_decision(cpu, me))) {
        pool_schedule();
    }
}

static void start(const struct tn_hv_boot *boot)
{
    const struct tn_irq_desc *irqs = tn_desc_irqs(boot->desc);

    if (!tn_hv_in_pool()) {
        return;
    }
    find_self();
    pool.base = boot->base;
    pool.bss = boot->bss - (pool_bss_of(tn_hv_partition.slot) - pool_bss_of(0));
    pool_irq_reset(pool_self());
    pool_self()->owner = (uint8_t)(tn_hv_partition.slot + 1);
    for (unsigned i = 0; i < boot->desc->irq_count; i++) {
        if (irqs[i].intid < 32) {
            pool_self()->priority[irqs[i].intid] = irqs[i].priority;
        } else {
            pool.owners[irqs[i].intid] = pool_self()->owner;
        }
    }
}

/*
 * What list registers hold of this life goes with it: a switch while its memory is cleared, or its
 * program copied, would put a PPI that it was handling back into the CPU as active, where no guest
 * would ever end it.
 */
static void end(void)
{
    if (tn_hv_in_pool()) {
        pool_irq_reset(pool_self());
        tn_vlr_init();
    }
}

TN_HV_START(start);
TN_HV_END(end);
