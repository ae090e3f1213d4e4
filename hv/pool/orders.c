/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What others want of an instance: that it begins, that it looks at its life cycle's state.  Other
 * CPUs leave an order, an atomic word for each instance and one for each CPU that says whose: the
 * writer sets bits (release) and then sends SGI KICK; the CPU takes the interrupt and exchanges the
 * words (acquire).  An order that comes before the CPU has its interrupt controller set up is found
 * by the look that each decision begins with.
 */
#include <tn/abi/hypercall.h>
#include <tn/hv/life.h>

#include "internal.h"

#define ORDER_BEGIN 1u
#define ORDER_LOOK 2u
#define ORDER_ARRIVE 4u

/*
 * So much of its CPU does the end of an instance get, before all fixed priorities: an end is not
 * for the others to wait out, nor they for it.  One under EDF has what its manifest gives it, even
 * if it has asked for next to nothing in ten seconds.
 */
#define END_US 50u
#define END_PERIOD_US 500u

static void ask(unsigned slot)
{
    __atomic_fetch_or(&pool.cpus[pool_cpu_of(slot)].asked, 1ull << slot, __ATOMIC_RELEASE);
    pool_kick(pool_board_of(slot));
}

static void order(unsigned slot, uint32_t what)
{
    __atomic_fetch_or(&pool.vcpus[slot].order, what, __ATOMIC_RELEASE);
    ask(slot);
}

/*
 * ARRIVE before `moved`: whoever reads that and leaves an order there finds the other one in the
 * word already, and so does who takes them, so that none is carried out on an instance that is in
 * no queue.  Should the other CPU look for something older too early, it passes ARRIVE back to
 * this one, which passes it on.
 */
void pool_hand_over(unsigned slot)
{
    struct vcpu *v = &pool.vcpus[slot];

    __atomic_fetch_or(&v->order, ORDER_ARRIVE, __ATOMIC_RELEASE);
    __atomic_store_n(&v->moved, v->room, __ATOMIC_RELEASE);
    ask(slot);
}

bool tn_hv_pool_begin(unsigned slot)
{
    struct cpu *cpu = &pool.cpus[pool_cpu_of(slot)];

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

void pool_adopt(struct cpu *cpu, struct vcpu *v)
{
    const struct instance *instance = &pool_instances[pool_slot_of(v)];
    struct tn_sched_policy policy;

    policy.kind = (enum tn_sched_kind)instance->kind;
    policy.level = instance->level;
    policy.budget = pool_ticks(instance->budget_us);
    policy.period = pool_ticks(instance->period_us);
    policy.slice = pool_ticks(instance->slice_us);
    tn_sched_add(&cpu->q, &v->sched, &policy);
    v->follows = instance->follow;
    v->dead = v->condemned = v->expired = false;
    tn_sched_release(&cpu->q, &v->sched);
    tn_sched_wake(&cpu->q, &v->sched, pool_now());
    pool_watch(cpu, v);
}

void pool_condemn(struct cpu *cpu, struct vcpu *v)
{
    const struct instance *own = &pool_instances[pool_slot_of(v)];
    bool edf = own->kind == TN_SCHED_EDF;

    v->condemned = true;
    v->follows = false; /* nor is it for its kernel to say how urgent that is */
    tn_sched_hurry(&cpu->q, &v->sched, pool_ticks(edf ? own->budget_us : END_US),
                   pool_ticks(edf ? own->period_us : END_PERIOD_US), pool_now());
}

/* What the life cycle wants of an instance now. */
static void look(struct cpu *cpu, struct vcpu *v)
{
    uint32_t state = CONFIG_LIFE > 0 ? tn_hv_life_state(pool_instances[pool_slot_of(v)].partition)
                                     : TN_LIFE_RUNNING;

    if (v->dead) {
        return;
    }
    if (state == TN_LIFE_PAUSED) {
        tn_sched_hold(&cpu->q, &v->sched);
        pool_unwatch(cpu, v);
        return;
    }
    if (state == TN_LIFE_STOPPING) {
        pool_condemn(cpu, v);
    } else if (v->sched.held) {
        pool_watch(cpu, v);
    }
    tn_sched_release(&cpu->q, &v->sched);
}

void pool_take_orders(struct cpu *cpu)
{
    /* Seldom any: a load is less than an exchange. */
    uint64_t asked = __atomic_load_n(&cpu->asked, __ATOMIC_RELAXED);

    if (asked != 0) {
        asked = __atomic_exchange_n(&cpu->asked, 0, __ATOMIC_ACQUIRE);
    }

    for (; asked != 0; asked &= asked - 1) {
        unsigned slot = (unsigned)__builtin_ctzll(asked);
        struct vcpu *v = &pool.vcpus[slot];
        uint32_t orders = __atomic_exchange_n(&v->order, 0, __ATOMIC_ACQUIRE);

        if (!pool_is_here(slot)) {
            order(slot, orders); /* its sender did not know yet that it has moved */
            continue;
        }
        if (CONFIG_POOL_IDLES > 0 && orders & ORDER_ARRIVE) {
            tn_sched_join(&cpu->q, &v->sched);
            pool_watch_here(cpu, v);
        }
        if (orders & ORDER_BEGIN) {
            v->fresh = true;
            pool_adopt(cpu, v);
        }
        if (orders & ORDER_LOOK) {
            look(cpu, v);
        }
    }
}
