/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX clocks and sleeping: never early, errors as the standard has them. */
#include <errno.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>
#include <tn/time.h>
#include <unistd.h>

#include "check.h"

#define MS 1000000u

static uint64_t elapsed(uint64_t since)
{
    return tn_time_now() - since;
}

static void sleeping(void)
{
    struct timespec ts = {0, 2 * MS};
    uint64_t start = tn_time_now();

    CHECK(nanosleep(&ts, NULL) == 0 && elapsed(start) >= 2 * MS);
    start = tn_time_now();
    CHECK(usleep(3000) == 0 && elapsed(start) >= 3 * MS);
    for (unsigned i = 1; i <= 10; i++) {
        tn_sleep_until(start + i * MS);
        CHECK(tn_time_now() >= start + i * MS);
    }
    tn_sleep_until(start); /* past: at once */
    clock_gettime(CLOCK_MONOTONIC, &ts);
    ts.tv_sec += 1;
    CHECK(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == 0);
    CHECK(tn_time_now() >= (uint64_t)ts.tv_sec * TN_NS_PER_SEC + (uint64_t)ts.tv_nsec);
}

static void real_time(void)
{
    struct timespec ts = {1700000000, 500 * MS};
    struct timeval tv;
    uint64_t start = tn_time_now();

    CHECK(clock_settime(CLOCK_REALTIME, &ts) == 0 && time(NULL) == 1700000000);
    ts.tv_nsec = 800 * MS;
    CHECK(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &ts, NULL) == 0);
    CHECK(elapsed(start) >= 299 * MS);
    CHECK(gettimeofday(&tv, NULL) == 0 && tv.tv_sec == 1700000000 && tv.tv_usec >= 800000);
}

static void errors(void)
{
    struct timespec ts = {0, TN_NS_PER_SEC};

    CHECK(nanosleep(&ts, NULL) == -1 && errno == EINVAL);
    ts = (struct timespec){-1, 0};
    CHECK(nanosleep(&ts, NULL) == -1 && errno == EINVAL);
    CHECK(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == 0);
    CHECK(clock_nanosleep((clockid_t)99, 0, &ts, NULL) == EINVAL);
    CHECK(clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &ts, NULL) == ENOTSUP);
    CHECK(clock_gettime((clockid_t)99, &ts) == -1 && errno == EINVAL);
    CHECK(clock_settime(CLOCK_MONOTONIC, &ts) == -1 && errno == EINVAL);
    CHECK(clock_getres(CLOCK_MONOTONIC, &ts) == 0 && ts.tv_sec == 0 && ts.tv_nsec > 0);
}

int main(void)
{
    sleeping();
    real_time();
    errors();
    puts("ok");
    return 0;
}
