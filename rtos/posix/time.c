/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sleeping, deadlines as POSIX gives them, and setting the clock.  A signal ends a sleep.  Who
 * sleeps until a point of the real-time clock, and timers for one, follow clock_settime(); any
 * other wait is computed against the clock as it is set when the wait begins.
 */
#include <errno.h>
#include <tn/clock.h>
#include <tn/kernel_time.h>

#include "internal.h"

int usleep(useconds_t us);

static bool is_valid(const struct timespec *ts)
{
    return ts->tv_nsec >= 0 && ts->tv_nsec < (long)TN_NS_PER_SEC;
}

/* Nanoseconds in a valid timespec: 0 at least, INT64_MAX at most. */
static int64_t to_ns(const struct timespec *ts)
{
    if (ts->tv_sec < 0) {
        return 0;
    }
    if ((uint64_t)ts->tv_sec >= INT64_MAX / TN_NS_PER_SEC) {
        return INT64_MAX;
    }
    return ts->tv_sec * (int64_t)TN_NS_PER_SEC + ts->tv_nsec;
}

bool posix_deadline(clockid_t clock, const struct timespec *ts, uint64_t *ticks)
{
    struct timespec now;
    int64_t left;

    if (!is_valid(ts)) {
        return false;
    }
    if (clock == CLOCK_MONOTONIC) {
        *ticks = tn_time_to_ticks((uint64_t)to_ns(ts));
        return true;
    }
    if (clock_gettime(clock, &now) != 0) {
        return false;
    }
    left = to_ns(ts) - to_ns(&now);
    *ticks = left <= 0 ? 0 : tn_time_to_ticks(tn_time_now() + (uint64_t)left);
    return true;
}

/* Sleep until `ticks`; EINTR when a signal came first. */
static int sleep_ticks(uint64_t ticks)
{
    struct posix_thread *self = posix_cancel_begin();
    long result = tn_sleep_ticks(ticks);

    posix_cancel_end(self);
    return result == TN_EINTR ? EINTR : 0;
}

/* Who sleeps until a point of CLOCK_REALTIME waits here, to be woken when the clock is set. */
static struct tn_waitq realtime_sleepers;
static struct posix_clock_listener *listeners;
static uint32_t times_set;

void posix_clock_listen(struct posix_clock_listener *listener)
{
    uint64_t daif = tn_kernel_lock();

    listener->next = listeners;
    listeners = listener;
    tn_kernel_unlock(daif);
}

int clock_settime(clockid_t clock, const struct timespec *ts)
{
    if (!posix_privileged()) {
        errno = EPERM;
        return -1;
    }
    if (tn_clock_set(clock, ts) != 0) {
        return -1;
    }
    posix_lock();
    tn_kernel_enter();
    times_set++;
    tn_kernel_leave();
    tn_wake_all(&realtime_sleepers, TN_EAGAIN);
    for (struct posix_clock_listener *l = listeners; l != NULL; l = l->next) {
        l->changed();
    }
    posix_unlock();
    return 0;
}

/*
 * TN_EAGAIN: the clock was set, the deadline is another one now.  Between the look at the clock
 * and the wait it may be set, too: then times_set has moved.
 */
static int sleep_realtime_once(const struct timespec *until)
{
    uint32_t before = __atomic_load_n(&times_set, __ATOMIC_RELAXED);
    uint64_t ticks;
    struct posix_thread *self;
    long result;

    posix_deadline(CLOCK_REALTIME, until, &ticks);
    self = posix_cancel_begin();
    tn_kernel_enter();
    if (times_set != before) {
        tn_kernel_leave();
        result = TN_EAGAIN;
    } else {
        result = tn_block_until(&realtime_sleepers, ticks);
    }
    posix_cancel_end(self);
    return (int)result;
}

static int sleep_realtime(const struct timespec *until)
{
    int result;

    do {
        result = sleep_realtime_once(until);
    } while (result == TN_EAGAIN);
    return result == TN_EINTR ? EINTR : 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request,
                    struct timespec *remain)
{
    uint64_t ticks, now;
    int code;

    if (clock == CLOCK_THREAD_CPUTIME_ID) {
        return EINVAL;
    }
    if (clock == CLOCK_PROCESS_CPUTIME_ID) {
        return ENOTSUP;
    }
    if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) || !is_valid(request) ||
        request->tv_sec < 0) {
        return EINVAL;
    }
    if (flags & TIMER_ABSTIME) {
        if (clock == CLOCK_REALTIME) {
            return sleep_realtime(request);
        }
        posix_deadline(clock, request, &ticks);
        return sleep_ticks(ticks);
    }
    ticks = tn_time_to_ticks(tn_time_now() + (uint64_t)to_ns(request));
    code = sleep_ticks(ticks);
    if (code == EINTR && remain != NULL) {
        now = tn_time_ticks();
        now = tn_time_from_ticks(ticks > now ? ticks - now : 0);
        *remain = (struct timespec){.tv_sec = (time_t)(now / TN_NS_PER_SEC),
                                    .tv_nsec = (long)(now % TN_NS_PER_SEC)};
    }
    return code;
}

int nanosleep(const struct timespec *request, struct timespec *remain)
{
    int code = clock_nanosleep(CLOCK_MONOTONIC, 0, request, remain);

    if (code != 0) {
        errno = code;
        return -1;
    }
    return 0;
}

int usleep(useconds_t us)
{
    return nanosleep(&(struct timespec){.tv_sec = (time_t)(us / 1000000),
                                        .tv_nsec = (long)(us % 1000000 * 1000)},
                     NULL);
}

unsigned sleep(unsigned seconds)
{
    struct timespec left = {.tv_sec = (time_t)seconds};

    return nanosleep(&left, &left) == 0 ? 0 : (unsigned)left.tv_sec + (left.tv_nsec >= 500000000);
}

int posix_result(int code)
{
    if (code < 0) {
        errno = -code;
        return -1;
    }
    return code;
}
