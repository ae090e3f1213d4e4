/* SPDX-License-Identifier: Apache-2.0 */
/* Hypercall group SCHED as functions; not inlined: their code grants the capability. */
#include <tn/sched_pool.h>

#include <tn/compiler.h>
#include <tn/hypercall.h>

TN_NOINLINE void tn_sched_pool_yield(void)
{
    (void)tn_hypercall1(TN_HC_SCHED_YIELD, 0);
}

TN_NOINLINE void tn_sched_pool_sleep(uint64_t ticks)
{
    (void)tn_hypercall1(TN_HC_SCHED_SLEEP, ticks);
}

TN_NOINLINE int tn_sched_pool_priority(uint32_t priority)
{
    return tn_hypercall1(TN_HC_SCHED_PRIORITY, priority) == TN_HC_OK ? TN_OK : TN_EINVAL;
}

TN_NOINLINE int tn_sched_pool_budget(uint64_t budget_us, uint64_t period_us)
{
    return tn_hypercall2(TN_HC_SCHED_BUDGET, budget_us, period_us) == TN_HC_OK ? TN_OK : TN_EINVAL;
}

TN_NOINLINE uint64_t tn_sched_pool_used(void)
{
    return (uint64_t)tn_hypercall1(TN_HC_SCHED_USED, 0);
}

TN_NOINLINE uint32_t tn_sched_pool_throttled(void)
{
    return (uint32_t)tn_hypercall1(TN_HC_SCHED_THROTTLED, 0);
}

TN_NOINLINE int tn_sched_pool_move(unsigned cpu)
{
    switch (tn_hypercall1(TN_HC_SCHED_CPU, cpu)) {
    case TN_HC_INVALID:
        return TN_EINVAL;
    case TN_HC_DENIED:
        return TN_EPERM;
    case TN_HC_BUSY:
        return TN_EBUSY;
    case TN_HC_FAILED:
        return TN_EIO;
    default:
        return TN_OK;
    }
}

TN_NOINLINE unsigned tn_sched_pool_cpu(void)
{
    return (unsigned)tn_hypercall1(TN_HC_SCHED_CPU, TN_HC_SCHED_WHERE);
}
