/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX clocks (IEEE Std 1003.1-2017, clock_getres) on tn/time.h.  CLOCK_MONOTONIC is the
 * counter; CLOCK_REALTIME is the counter plus what clock_settime() made of it, and begins at
 * CONFIG_CLOCK_START.  The clocks of CPU time (tn_clock_cpu()) and clock_settime() are each layer's
 * own.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <tn/clock.h>
#include <tn/time.h>

int _gettimeofday(struct timeval *tv, void *zone);
clock_t _times(struct tms *buffer);

/* Real time minus monotonic time, nanoseconds.  One aligned store: readers see old or new. */
static int64_t realtime_offset = CONFIG_CLOCK_START * (int64_t)TN_NS_PER_SEC;

static int64_t offset_of(clockid_t clock)
{
    return clock == CLOCK_REALTIME ? __atomic_load_n(&realtime_offset, __ATOMIC_RELAXED) : 0;
}

/* What the clock shows, nanoseconds; 0: no such clock. */
static int read_clock(clockid_t clock, uint64_t *ns)
{
    if (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC) {
        *ns = tn_time_now() + (uint64_t)offset_of(clock);
        return 1;
    }
    if (tn_clock_cpu(clock, ns)) {
        return 1;
    }
    errno = EINVAL;
    return 0;
}

static struct timespec to_timespec(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / TN_NS_PER_SEC),
                             .tv_nsec = (long)(ns % TN_NS_PER_SEC)};
}

int clock_gettime(clockid_t clock, struct timespec *ts)
{
    uint64_t ns;

    if (!read_clock(clock, &ns)) {
        return -1;
    }
    *ts = to_timespec(ns);
    return 0;
}

int clock_getres(clockid_t clock, struct timespec *resolution)
{
    uint64_t ns;

    if (!read_clock(clock, &ns)) {
        return -1;
    }
    if (resolution) {
        uint32_t hz = tn_time_frequency();

        *resolution = to_timespec((TN_NS_PER_SEC + hz - 1) / hz);
    }
    return 0;
}

int tn_clock_set(clockid_t clock, const struct timespec *ts)
{
    if (clock != CLOCK_REALTIME || ts->tv_sec < 0 || ts->tv_sec > INT64_MAX / (int64_t)1e9 - 1 ||
        ts->tv_nsec < 0 || ts->tv_nsec >= (long)TN_NS_PER_SEC) {
        errno = EINVAL;
        return -1;
    }
    int64_t ns = ts->tv_sec * (int64_t)TN_NS_PER_SEC + ts->tv_nsec;

    __atomic_store_n(&realtime_offset, ns - (int64_t)tn_time_now(), __ATOMIC_RELAXED);
    return 0;
}

int _gettimeofday(struct timeval *tv, void *zone)
{
    struct timespec ts;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &ts);
    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;
    return 0;
}

int settimeofday(const struct timeval *tv, const struct timezone *zone)
{
    (void)zone;
    return clock_settime(CLOCK_REALTIME,
                         &(struct timespec){.tv_sec = tv->tv_sec, .tv_nsec = tv->tv_usec * 1000});
}

/* newlib's clock() adds the fields up and takes them for clock ticks. */
clock_t _times(struct tms *buffer)
{
    clock_t ticks = (clock_t)(tn_time_now() / (TN_NS_PER_SEC / CLOCKS_PER_SEC));

    if (buffer) {
        *buffer = (struct tms){.tms_utime = ticks};
    }
    return ticks;
}
