/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX sleeping on tn_sleep_until().  No signal interrupts a sleep, so that the remaining
 * time is never asked for.  A time too far to count (584 years) is as good as for ever.
 */
#include <errno.h>
#include <stdbool.h>
#include <time.h>
#include <tn/time.h>
#include <unistd.h>

int usleep(useconds_t us);

static bool is_valid(const struct timespec *ts)
{
    return ts->tv_nsec >= 0 && ts->tv_nsec < (long)TN_NS_PER_SEC;
}

/* Nanoseconds in a valid timespec: 0 at least, UINT64_MAX at most. */
static uint64_t to_ns(const struct timespec *ts)
{
    uint64_t sec = (uint64_t)ts->tv_sec;

    if (ts->tv_sec < 0) {
        return 0;
    }
    if (sec >= UINT64_MAX / TN_NS_PER_SEC) {
        return UINT64_MAX;
    }
    return sec * TN_NS_PER_SEC + (uint64_t)ts->tv_nsec;
}

/* Returns the error instead of setting errno, as POSIX has it. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request,
                    struct timespec *remain)
{
    struct timespec real;

    (void)remain;
    if (clock == CLOCK_PROCESS_CPUTIME_ID) {
        return ENOTSUP;
    }
    if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) || !is_valid(request)) {
        return EINVAL;
    }
    if (!(flags & TIMER_ABSTIME)) {
        if (request->tv_sec < 0) {
            return EINVAL;
        }
        tn_sleep(to_ns(request));
        return 0;
    }
    if (clock == CLOCK_MONOTONIC) {
        tn_sleep_until(to_ns(request));
        return 0;
    }
    /* Against a clock that is set meanwhile (by a handler): look again until it is there. */
    for (;;) {
        uint64_t target = to_ns(request);
        uint64_t now;

        clock_gettime(CLOCK_REALTIME, &real);
        now = to_ns(&real);
        if (now >= target) {
            return 0;
        }
        tn_sleep(target - now);
    }
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
    tn_sleep((uint64_t)us * 1000);
    return 0;
}

unsigned sleep(unsigned seconds)
{
    tn_sleep(seconds * TN_NS_PER_SEC);
    return 0;
}
