/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instances of a pool and their watchdogs; status 0 when all is right, else the line where not.
 *
 *   loop N US       kicks N times, every US us, at work for a quarter of that; prints "lives"
 *   hog FROM FOR    sleeps until FROM us, then never for FOR us; prints "done"
 *   move N CPU      kicks N times, each time on the other one of CPUs 0 and 1, then hangs on CPU
 */
#include <stdio.h>
#include <stdlib.h>
#include <tn/sched_pool.h>
#include <tn/time.h>
#include <tn/watchdog.h>

#include "check.h"

#define NS_PER_US 1000u

static void work(uint64_t us)
{
    uint64_t begin = tn_time_now();

    while (tn_time_now() - begin < us * NS_PER_US) {}
}

static int loop(unsigned count, unsigned us)
{
    for (unsigned i = 0; i < count; i++) {
        CHECK(tn_watchdog_kick() == TN_OK);
        work(us / 4);
        tn_sleep_until(tn_time_now() + (uint64_t)us * NS_PER_US * 3 / 4);
    }
    puts("lives");
    return 0;
}

static int move(unsigned count, unsigned cpu)
{
    for (unsigned i = 0; i < count; i++) {
        CHECK(tn_watchdog_kick() == TN_OK);
        CHECK(tn_sched_pool_move(1 - tn_sched_pool_cpu()) == TN_OK);
        work(1000);
    }
    CHECK(tn_sched_pool_move(cpu) == TN_OK);
    printf("hangs on %u\n", tn_sched_pool_cpu());
    fflush(stdout);
    __asm__ volatile("msr daifset, #15");
    for (;;) {}
}

static int hog(unsigned from, unsigned us)
{
    tn_sleep_until((uint64_t)from * NS_PER_US);
    work(us);
    puts("done");
    return 0;
}

int main(int argc, char **argv)
{
    unsigned first, second;

    CHECK(argc == 4);
    first = (unsigned)atoi(argv[2]);
    second = (unsigned)atoi(argv[3]);
    switch (argv[1][0]) {
    case 'l':
        return loop(first, second);
    case 'h':
        return hog(first, second);
    default:
        return move(first, second);
    }
}
