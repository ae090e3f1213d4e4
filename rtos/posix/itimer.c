/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program's timers of the older interface: alarm() and setitimer().  Those of CPU time run
 * with the clock of CPU time, which never stands still (core/clock).
 */
#include <errno.h>
#include <sys/time.h>
#include <tn/alarm.h>
#include <tn/kernel_time.h>
#include <unistd.h>

#include "internal.h"

#define NS_PER_US 1000u
#define US_PER_SEC 1000000u

/* By ITIMER_REAL, _VIRTUAL, _PROF. */
static const uint8_t signals[] = {SIGALRM, SIGVTALRM, SIGPROF};
static struct tn_alarm timers[] = {
    {.timer = TN_TIMER_INIT}, {.timer = TN_TIMER_INIT}, {.timer = TN_TIMER_INIT}};

static void expired(struct tn_alarm *alarm)
{
    posix_send(NULL, signals[alarm - timers], SI_TIMER, (union sigval){0});
}

/* Nanoseconds until the next expiry, 0: there will be none. */
static uint64_t left(const struct tn_alarm *timer)
{
    uint64_t now = tn_time_ticks();

    if (!tn_alarm_active(timer)) {
        return 0;
    }
    return timer->timer.deadline > now ? tn_time_from_ticks(timer->timer.deadline - now) : 1;
}

/* Nanoseconds; `first` 0: stop. */
static void set(struct tn_alarm *timer, uint64_t first, uint64_t period)
{
    posix_self(); /* the caller is to be found when the signal comes */
    tn_alarm_stop(timer);
    if (first != 0) {
        tn_alarm_init(timer, expired);
        tn_alarm_start(timer, tn_time_to_ticks(tn_time_now() + first), tn_time_to_ticks(period));
    }
}

unsigned alarm(unsigned delay)
{
    uint64_t before = left(&timers[ITIMER_REAL]);

    set(&timers[ITIMER_REAL], delay * TN_NS_PER_SEC, 0);
    return (unsigned)((before + TN_NS_PER_SEC - 1) / TN_NS_PER_SEC);
}

static struct timeval to_timeval(uint64_t ns)
{
    uint64_t us = (ns + NS_PER_US - 1) / NS_PER_US;

    return (struct timeval){.tv_sec = (time_t)(us / US_PER_SEC),
                            .tv_usec = (suseconds_t)(us % US_PER_SEC)};
}

static bool is_valid(const struct timeval *tv)
{
    return tv->tv_sec >= 0 && tv->tv_usec >= 0 && tv->tv_usec < (suseconds_t)US_PER_SEC;
}

static uint64_t to_ns(const struct timeval *tv)
{
    return (uint64_t)tv->tv_sec * TN_NS_PER_SEC + (uint64_t)tv->tv_usec * NS_PER_US;
}

static bool is_timer(int which)
{
    return which >= ITIMER_REAL && which <= ITIMER_PROF;
}

int getitimer(int which, struct itimerval *value)
{
    if (!is_timer(which)) {
        errno = EINVAL;
        return -1;
    }
    value->it_value = to_timeval(left(&timers[which]));
    value->it_interval = to_timeval(tn_time_from_ticks(timers[which].period));
    return 0;
}

int setitimer(int which, const struct itimerval *value, struct itimerval *old)
{
    if (!is_timer(which) || !is_valid(&value->it_value) || !is_valid(&value->it_interval)) {
        errno = EINVAL;
        return -1;
    }
    if (old != NULL) {
        getitimer(which, old);
    }
    set(&timers[which], to_ns(&value->it_value), to_ns(&value->it_interval));
    return 0;
}
