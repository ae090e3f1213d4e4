/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sleeping, and deadlines as POSIX gives them.  A signal ends a sleep.  A wait on the real-time
 * clock is computed against the clock as it is set when the wait begins.
 */
#include <errno.h>
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
