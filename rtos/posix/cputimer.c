/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers on a clock of CPU time.  Such a clock never runs faster than one second a second and CPU.
 * So an alarm looks at it when the timer can have expired at the earliest, and is set anew for as
 * long as is left: a switch of threads has no part in it.  A timer whose thread sleeps looks after
 * what is left, again and again, but not more often than LEAST_NS; it is late by as much at most.
 */
#include <limits.h>
#include <tn/kernel_cputime.h>
#include <tn/kernel_time.h>

#include "timer.h"

#define LEAST_NS 100000u

bool posix_cputimer_clock(clockid_t clock)
{
    return clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID ||
           tn_thread_exists((const struct tn_thread *)(uintptr_t)clock);
}

uint64_t posix_cputimer_now(const struct timer *timer)
{
    return timer->owner != NULL ? tn_cputime_thread(timer->owner) : tn_cputime_program();
}

uint64_t posix_cputimer_ticks(const struct timer *timer)
{
    uint64_t daif = tn_kernel_lock();
    uint64_t ticks = posix_cputimer_now(timer);

    tn_kernel_unlock(daif);
    return ticks;
}

void posix_cputimer_start(struct timer *timer)
{
    uint64_t now = posix_cputimer_now(timer);
    uint64_t left = timer->grid > now ? timer->grid - now : 0;
    uint64_t least = tn_time_to_ticks(LEAST_NS);

    if (timer->owner == NULL) {
        left /= CONFIG_CPUS;
    }
    tn_time_start(&timer->alarm.timer, tn_time_counter() + (left > least ? left : least));
}

/* Lock held.  True: it has expired. */
static bool look(struct timer *timer)
{
    uint64_t now, more;

    /* Meanwhile stopped, or set anew; or there is nobody left whose time it counts. */
    if (!timer->armed || tn_timer_active(&timer->alarm.timer)) {
        return false;
    }
    if (timer->owner != NULL && !tn_thread_listed(timer->owner)) {
        timer->armed = false;
        return false;
    }
    now = posix_cputimer_now(timer);
    if (now < timer->grid) {
        posix_cputimer_start(timer);
        return false;
    }
    /* With a signal it goes on when that was taken. */
    if (timer->period != 0 && timer->event.sigev_notify == SIGEV_THREAD) {
        more = (now - timer->grid) / timer->period;
        timer->overrun = more > DELAYTIMER_MAX ? (uint32_t)DELAYTIMER_MAX : (uint32_t)more;
        timer->grid += (more + 1) * timer->period;
        posix_cputimer_start(timer);
    }
    return true;
}

static void looked(struct tn_alarm *alarm)
{
    struct timer *timer = (struct timer *)(void *)alarm;
    uint64_t daif = tn_kernel_lock();
    bool expired = look(timer);

    tn_kernel_unlock(daif);
    if (expired) {
        posix_timer_notify(timer);
    }
}

void posix_cputimer_init(struct timer *timer)
{
    timer->cpu = true;
    if (timer->clock == CLOCK_THREAD_CPUTIME_ID) {
        timer->owner = tn_thread_self();
    } else if (timer->clock != CLOCK_PROCESS_CPUTIME_ID) {
        timer->owner = (struct tn_thread *)(uintptr_t)timer->clock;
    }
    tn_alarm_init(&timer->alarm, looked);
    posix_cputimer_ticks(timer); /* the counting begins */
}

void posix_cputimer_set(struct timer *timer, uint64_t ticks, bool absolute)
{
    uint64_t daif = tn_kernel_lock();

    timer->grid = absolute ? ticks : posix_cputimer_now(timer) + ticks;
    timer->armed = true;
    if (timer->event.sigev_notify != SIGEV_NONE) {
        posix_cputimer_start(timer);
    }
    tn_kernel_unlock(daif);
}
