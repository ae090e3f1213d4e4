/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition of a pool and the CPU that it shares (docs/dynamic.md): hypercall group SCHED.  All
 * of it is about the whole instance, whichever thread calls.  Times are ticks of the counter,
 * <tn/time.h>, where no unit is said.  Any context.
 */
#ifndef TN_SCHED_POOL_H
#define TN_SCHED_POOL_H

#include <stdint.h>
#include <tn/errno.h>

/* To the other instances of its priority, or deadline, that are ready. */
void tn_sched_pool_yield(void);

/*
 * Give the CPU up until `ticks`, a time of the counter, until a timer of the instance is due, or
 * until an interrupt is pending for it: comes back early, at once if one is pending already.
 */
void tn_sched_pool_sleep(uint64_t ticks);

/*
 * Priority 0 .. 255, more is more urgent, not above the manifest's.  TN_EINVAL: out of range, an
 * instance under EDF, or one that follows its threads.
 */
int tn_sched_pool_priority(uint32_t priority);

/*
 * A budget of so many microseconds in each period of so many: no greater one than the manifest's,
 * and no greater share.  It is this life's: the next one begins with the manifest's, as with its
 * priority. Counts from the end of the current period on where there is a budget already.
 * TN_EINVAL: a greater one, or not 20 us <= budget <= period <= 10 s.
 */
int tn_sched_pool_budget(uint64_t budget_us, uint64_t period_us);

/*
 * Go on on CPU `cpu` of the board, one of the pool: interrupts, timers and what is left of a budget
 * come along, and whoever is more urgent there runs first.  With `migrate = true` in the manifest.
 * TN_EINVAL: not a CPU of the pool; TN_EPERM: without that key; TN_EBUSY: an instance under EDF,
 * for whose budget there is no room, or on a GICv2 in the handler of a shared interrupt; TN_EIO:
 * the firmware does not start that CPU.  An instance that begins anew begins where it was last.
 */
int tn_sched_pool_move(unsigned cpu);

/* The CPU of the board that the instance is on. */
unsigned tn_sched_pool_cpu(void);

/* How long the instance has had the CPU since it began, Mortise's work for it included. */
uint64_t tn_sched_pool_used(void);

/* How often it has used its budget up since it began. */
uint32_t tn_sched_pool_throttled(void);

#endif
