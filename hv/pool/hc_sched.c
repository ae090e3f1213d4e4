/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercall group SCHED: what an instance may change of its own scheduling, always towards less
 * than its manifest gives it.
 */
#include <tn/abi/cap.h>
#include <tn/abi/hypercall.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/vcpu.h>
#include <tn/hv/vlr.h>

#include "internal.h"

static TN_HC_FUNCTION long sched_yield(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x1, (void)x2, (void)x3;
    tn_sched_account(&pool_here()->q, &pool_self()->sched, pool_now());
    tn_sched_yield(&pool_here()->q, &pool_self()->sched);
    pool_schedule();
    return TN_HC_OK;
}

static TN_HC_FUNCTION long sched_sleep(uint64_t id, uint64_t until, uint64_t x2, uint64_t x3)
{
    uint64_t timer = tn_vcpu_timers_next(), now = pool_now();

    (void)id, (void)x2, (void)x3;
    if (now < until && !tn_vlr_pending()) {
        pool_block(now, until < timer ? until : timer);
    }
    return TN_HC_OK;
}

static TN_HC_FUNCTION long sched_priority(uint64_t id, uint64_t priority, uint64_t x2, uint64_t x3)
{
    struct tn_sched_entity *e = &pool_self()->sched;

    (void)id, (void)x2, (void)x3;
    if (priority >= TN_SCHED_LEVELS || pool_follows(pool_self()) || e->kind == TN_SCHED_EDF ||
        TN_SCHED_LEVELS - 1 - priority < e->ceiling) {
        return TN_HC_INVALID;
    }
    tn_sched_set_level(&pool_here()->q, e, TN_SCHED_LEVELS - 1 - (uint32_t)priority, true);
    pool_schedule();
    return TN_HC_OK;
}

static bool in_range(uint64_t us)
{
    return us >= TN_HC_SCHED_SHORTEST && us <= TN_HC_SCHED_LONGEST;
}

/*
 * No greater share than it was given, nor more at a time: with the same share of a long period it
 * would keep less urgent ones waiting for as long as it likes.
 */
static bool is_less(const struct instance *own, uint64_t budget, uint64_t period)
{
    return own->budget_us == 0 ||
           (budget <= own->budget_us && budget * own->period_us <= period * own->budget_us);
}

static TN_HC_FUNCTION long sched_budget(uint64_t id, uint64_t budget, uint64_t period, uint64_t x3)
{
    (void)id, (void)x3;
    if (!in_range(budget) || !in_range(period) || budget > period ||
        !is_less(&pool_instances[tn_hv_partition.slot], budget, period)) {
        return TN_HC_INVALID;
    }
    tn_sched_account(&pool_here()->q, &pool_self()->sched, pool_now());
    tn_sched_set_budget(&pool_here()->q, &pool_self()->sched, pool_ticks((uint32_t)budget),
                        pool_ticks((uint32_t)period), pool_now());
    pool_schedule();
    return TN_HC_OK;
}

static TN_HC_FUNCTION long sched_used(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x1, (void)x2, (void)x3;
    return (long)(pool_self()->sched.used + (pool_now() - pool_here()->q.since));
}

static TN_HC_FUNCTION long sched_throttled(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x1, (void)x2, (void)x3;
    return pool_self()->sched.throttles;
}

static TN_HC_FUNCTION long sched_follow(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x1, (void)x2, (void)x3;
    if (!pool_follows(pool_self())) {
        return TN_HC_INVALID;
    }
    pool_self()->asked = true;
    pool_schedule();
    return TN_HC_OK;
}

static TN_HC_FUNCTION long sched_cpu(uint64_t id, uint64_t cpu, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    if (cpu == TN_HC_SCHED_WHERE) {
        return (long)tn_hv_partition.board_cpu;
    }
    if (CONFIG_POOL_IDLES == 0 || !pool_instances[tn_hv_partition.slot].migrate) {
        return TN_HC_DENIED;
    }
    return pool_move(cpu);
}

REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_SCHED, TN_CAP_SCHED, sched_yield, sched_sleep, sched_priority,
                         sched_budget, sched_used, sched_throttled, sched_follow, sched_cpu);
