/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instances that share a CPU.  Each has a copy of Mortise's .bss, tables and stack, as a CPU of a
 * static partition has: a switch is a change of TTBR0_EL2 and of the stack pointer, at one place in
 * the code, pool_schedule().  Nothing else of Mortise knows that it stops running meanwhile.
 *
 * Concurrency.  EL2 runs with interrupts masked and is left only by ERET or in pool_schedule(), so
 * that a CPU's scheduler needs no lock: no other CPU touches it.  Other CPUs leave orders, an
 * atomic word for each instance and one for each CPU that says whose: the writer sets bits
 * (release) and then sends SGI KICK; the CPU takes the interrupt and exchanges the words (acquire).
 * An order that comes before the CPU has its interrupt controller set up is found by the look that
 * each pool_schedule() begins with.  The lock of hv/cpus is never held across pool_schedule(): its
 * holders do not call it.
 */
#include <tn/hv/cpus.h>
#include <tn/hv/exit.h>
#include <tn/hv/life.h>
#include <tn/hv/vcpu.h>
#include <tn/hv/vlr.h>
#include <tn/abi/cap.h>
#include <tn/abi/hypercall.h>

#include "internal.h"

#define HCR_IMO (1ull << 4)
#define HCR_TWI (1ull << 13)
#define HCR_TWE (1ull << 14)
#define MDCR_DEBUG (7ull << 9) /* TDA, TDOSA, TDRA */
#define ISS_WFE 1u
#define EC_WFX 0x01
#define EC_FP 0x07
#define TIMER_ENABLE 1u
#define US_PER_SEC 1000000u

struct pool pool TN_SECTION(".bss.0shared");

const struct instance pool_instances[CONFIG_HV_CPUS] = TN_POOL_INSTANCES;

extern char __hv_bss_pages[]; /* a number: pages of .bss */

TN_NORETURN void at_virtual(uint64_t x0, uint64_t base, uint64_t bss);

static unsigned slot_of(const struct vcpu *v)
{
    return (unsigned)(v - pool.vcpus);
}

static uint64_t bss_of(unsigned slot)
{
    uint64_t size = (uintptr_t)__hv_bss_pages * HV_PAGE;

    return pool.bss + slot * size;
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
    return pool_here()->current != NULL;
}

static void order(unsigned slot, uint32_t what)
{
    const struct instance *instance = &pool_instances[slot];

    __atomic_fetch_or(&pool.vcpus[slot].order, what, __ATOMIC_RELEASE);
    __atomic_fetch_or(&pool.cpus[instance->cpu].asked, 1ull << slot, __ATOMIC_RELEASE);
    pool_kick(instance->board);
}

bool tn_hv_pool_begin(unsigned slot)
{
    struct cpu *cpu = &pool.cpus[pool_instances[slot].cpu];

    if (!__atomic_exchange_n(&cpu->up, 1, __ATOMIC_ACQ_REL)) {
        return true;
    }
    order(slot, ORDER_BEGIN);
    return false;
}

bool tn_hv_pool_order(unsigned partition)
{
    for (unsigned slot = 0; slot < CONFIG_HV_CPUS; slot++) {
        if (pool_instances[slot].partition == partition && tn_hv_pool_has(slot)) {
            order(slot, ORDER_LOOK);
            return true;
        }
    }
    return false;
}

/* It competes with what the manifest says, from its beginning on. */
static void adopt(struct cpu *cpu, struct vcpu *v)
{
    const struct instance *instance = &pool_instances[slot_of(v)];
    struct tn_sched_policy policy;

    policy.kind = (enum tn_sched_kind)instance->kind;
    policy.level = instance->level;
    policy.budget = pool_ticks(instance->budget_us);
    policy.period = pool_ticks(instance->period_us);
    policy.slice = pool_ticks(instance->slice_us);
    tn_sched_add(&cpu->q, &v->sched, &policy);
    v->dead = v->condemned = false;
    tn_sched_release(&cpu->q, &v->sched);
    tn_sched_wake(&cpu->q, &v->sched, pool_now());
}

/* What the life cycle wants of an instance now. */
static void look(struct cpu *cpu, struct vcpu *v)
{
    uint32_t state =
        CONFIG_LIFE > 0 ? tn_hv_life_state(pool_instances[slot_of(v)].partition) : TN_LIFE_RUNNING;

    if (v->dead) {
        return;
    }
    if (state == TN_LIFE_PAUSED) {
        tn_sched_hold(&cpu->q, &v->sched);
        return;
    }
    if (state == TN_LIFE_STOPPING) {
        v->condemned = true;
        tn_sched_wake(&cpu->q, &v->sched, pool_now());
    }
    tn_sched_release(&cpu->q, &v->sched);
}

static void take_orders(struct cpu *cpu)
{
    uint64_t asked = cpu->asked == 0 ? 0 : __atomic_exchange_n(&cpu->asked, 0, __ATOMIC_ACQUIRE);

    for (; asked != 0; asked &= asked - 1) {
        struct vcpu *v = &pool.vcpus[__builtin_ctzll(asked)];
        uint32_t orders = __atomic_exchange_n(&v->order, 0, __ATOMIC_ACQUIRE);

        if (orders & ORDER_BEGIN) {
            v->fresh = true;
            adopt(cpu, v);
        }
        if (orders & ORDER_LOOK) {
            look(cpu, v);
        }
    }
}

/*
 * Tables for another slot: ours, with .bss and the page itself moved, and without the windows of
 * our boot.  The walker sees them: DSB in tn_vcpu_switch_new().
 */
static void make_tables(struct vcpu *v)
{
    const unsigned first = (HV_VA_BSS - HV_VA_IMAGE) / HV_PAGE;
    const unsigned end = first + (unsigned)(uintptr_t)__hv_bss_pages;
    const volatile uint64_t *from = (const volatile uint64_t *)HV_VA_TABLES;
    uint64_t pa = bss_of(slot_of(v)), own = bss_of(tn_hv_partition.slot);
    uint64_t inside = pa & (HV_BLOCK - 1);
    volatile uint64_t *to = (void *)((char *)tn_hv_map_load(pa - inside) + inside);

    for (unsigned i = 0; i < HV_PAGE / 8; i++) {
        bool moves = (i >= first && i < end) || i == HV_L2_INDEX + 1;
        bool window = i >= HV_L2_INDEX && i < HV_L2_INDEX + (1u << HV_VA_BITS >> 21);
        uint64_t entry = from[i];

        to[i] = entry == 0 ? 0 : moves ? entry + (pa - own) : window ? 0 : entry;
    }
    tn_hv_unmap_load();
    v->tables = true;
}

static void put_away(struct cpu *cpu, struct vcpu *me)
{
    uint64_t due;

    pool_irq_leave(cpu, me);
    due = tn_vcpu_timers_save();
    if (me->dead) {
        tn_vcpu_fp_reset();
        return;
    }
    if (pool_follows(me) && me->sched.state == TN_SCHED_THROTTLED) {
        tn_sched_set_level(&cpu->q, &me->sched, me->sched.ceiling, false); /* it may be due then */
    } else if (pool_follows(me)) {
        tn_sched_alarm(&cpu->q, &me->sched, due);
    }
    tn_vcpu_save();
}

static void take_up(struct cpu *cpu, struct vcpu *me)
{
    tn_vcpu_restore();
    tn_vcpu_timers_restore();
    pool_irq_enter(cpu, me);
    if (pool_follows(me)) {
        tn_sched_alarm(&cpu->q, &me->sched, TN_SCHED_NEVER);
    }
}

static void switch_to(struct cpu *cpu, struct vcpu *me, struct vcpu *v)
{
    uint64_t table = bss_of(slot_of(v)) + HV_L2_INDEX * 8;
    uint64_t x0 = 1ull << HV_AGAIN_BIT | slot_of(v);

    put_away(cpu, me);
    cpu->current = v;
    if (v->fresh) {
        v->fresh = false;
        if (!v->tables) {
            make_tables(v);
        }
        tn_vcpu_switch_new(&me->sp, table, x0, pool.base, bss_of(slot_of(v)));
    } else {
        tn_vcpu_switch(&me->sp, table, v->sp);
    }
    take_up(cpu, me);
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

/* Who shall run; sleeps while nobody is ready. */
static struct vcpu *choose(struct cpu *cpu)
{
    struct tn_sched_entity *next;

    take_orders(cpu);
    while ((next = tn_sched_pick(&cpu->q, cpu->q.since)) == NULL) {
        arm(tn_sched_next(&cpu->q, NULL));
        tn_dsb(sy); /* before WFI: what was stored is out */
        tn_wfi();
        (void)pool_take_interrupts();
        tn_sched_account(&cpu->q, NULL, pool_now());
        take_orders(cpu);
    }
    return TN_LIST_OBJECT(next, struct vcpu, sched);
}

void pool_schedule(void)
{
    struct vcpu *me = pool_self(), *next;
    struct cpu *cpu = pool_here();
    uint64_t at, again;

    tn_sched_account(&cpu->q, &me->sched, pool_now());
    if (pool_follows(me)) {
        pool_follow(cpu, me);
    }
    next = choose(cpu);
    if (next != me) {
        switch_to(cpu, me, next);
    } else if (me->fresh) {
        me->fresh = false;
        at_virtual(1ull << HV_AGAIN_BIT | tn_hv_partition.slot, pool.base,
                   bss_of(tn_hv_partition.slot));
    }
    if (CONFIG_LIFE > 0 && me->condemned) {
        me->condemned = false;
        (void)tn_hv_life_held(); /* it is STOPPING: does not return */
    }
    at = tn_sched_next(&cpu->q, &me->sched);
    if (pool_follows(me) && (again = pool_show_waiting(cpu, me)) < at) {
        at = again;
    }
    arm(at);
    pool_flush();
}

void pool_block(uint64_t wake_at)
{
    struct cpu *cpu = pool_here();
    struct vcpu *me = pool_self();

    tn_sched_account(&cpu->q, &me->sched, pool_now());
    tn_sched_block(&cpu->q, &me->sched, wake_at);
    if (pool_follows(me)) {
        tn_sched_set_level(&cpu->q, &me->sched, me->sched.ceiling, false);
    }
    pool_schedule();
}

void tn_hv_pool_leave(void)
{
    struct cpu *cpu = pool_here();
    struct vcpu *me = pool_self();

    me->dead = true;
    pool_irq_reset(me);
    tn_sched_account(&cpu->q, &me->sched, pool_now());
    tn_sched_hold(&cpu->q, &me->sched);
    tn_sched_block(&cpu->q, &me->sched, TN_SCHED_NEVER);
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
        adopt(cpu, me);
    }
    tn_sysreg_write(hcr_el2, tn_sysreg_read(hcr_el2) | HCR_IMO | HCR_TWI | HCR_TWE);
    tn_sysreg_write(mdcr_el2, tn_sysreg_read(mdcr_el2) | MDCR_DEBUG);
    tn_vcpu_fp_reset();
    tn_vlr_init();
    tn_isb();
    pool_schedule();
}

/* The EL2 timer does not run here (hv_main() has stopped it), so that the time is asked for. */
void tn_hv_pool_point(void)
{
    struct cpu *cpu = pool_here();
    struct vcpu *me = pool_self();

    if (cpu->current == me &&
        (pool_take_interrupts() || pool_now() >= tn_sched_next(&cpu->q, &me->sched))) {
        pool_schedule();
    }
}

/* WFI: until an interrupt could come in; one that is there already ends it at once. */
void tn_hv_pool_wait(void)
{
    uint64_t timer = tn_vcpu_timers_next();

    if (tn_vlr_pending() || timer <= pool_now()) {
        return;
    }
    pool_block(timer);
}

static bool on_wfx(struct tn_hv_frame *frame, uint64_t esr)
{
    (void)frame;
    tn_hv_skip();
    if (esr & ISS_WFE) {
        struct cpu *cpu = pool_here();

        tn_sched_yield(&cpu->q, &pool_self()->sched);
        pool_schedule();
    } else {
        tn_hv_pool_wait();
    }
    return true;
}

static bool on_irq(struct tn_hv_frame *frame, uint64_t esr)
{
    (void)frame, (void)esr;
    if (pool_take_interrupts()) {
        pool_schedule();
    }
    return true;
}

static bool on_fp(struct tn_hv_frame *frame, uint64_t esr)
{
    (void)frame, (void)esr;
    tn_vcpu_fp_load();
    return true;
}

static void start(const struct tn_hv_boot *boot)
{
    const struct tn_irq_desc *irqs = tn_desc_irqs(boot->desc);

    if (!tn_hv_in_pool()) {
        return;
    }
    pool.base = boot->base;
    pool.bss = boot->bss - (bss_of(tn_hv_partition.slot) - bss_of(0));
    pool_irq_reset(pool_self());
    for (unsigned i = 0; i < boot->desc->irq_count; i++) {
        if (irqs[i].intid < 32) {
            pool_self()->priority[irqs[i].intid] = irqs[i].priority;
        } else {
            pool.owners[irqs[i].intid] = (uint8_t)(tn_hv_partition.slot + 1);
        }
    }
}

TN_HV_START(start);
TN_HV_EXIT(pool_wfx, EC_WFX, TN_CAP_SCHED, on_wfx);
TN_HV_EXIT(pool_fp, EC_FP, TN_CAP_SCHED, on_fp);
TN_HV_EXIT(pool_irq, HV_EXIT_KIND(HV_KIND_IRQ), TN_CAP_SCHED, on_irq);
