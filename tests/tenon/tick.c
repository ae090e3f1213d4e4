/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fixed tick of 1 kHz (TN_TICK_HZ=1000): everything that waits ends at the first tick that is not
 * before its deadline, the tick comes on its grid whether or not anything is due, and nothing is
 * late by more.  Prints "ok" at the end.
 */
#include <stdio.h>
#include <tn/alarm.h>
#include <tn/sem.h>
#include <tn/thread.h>
#include <tn/time.h>

#include "must.h"

#define ALARMS 20

static uint64_t tick;  /* ticks of the counter */
static uint64_t phase; /* of the grid */
static struct tn_alarm alarms[ALARMS];
static uint32_t fired;

/* `now` is at most `slack` counter ticks behind a point of the grid. */
static bool on_grid(uint64_t now, uint64_t slack)
{
    return (now - phase) % tick <= slack;
}

static void expired(struct tn_alarm *alarm)
{
    uint64_t now = tn_time_ticks();

    MUST(now >= alarm->timer.deadline);
    MUST(now - alarm->timer.deadline <= tick + tick / 10);
    MUST(on_grid(now, tick / 10));
    fired++;
}

int main(void)
{
    struct tn_sem never = TN_SEM_INIT(0, 1);
    uint64_t begin;

    tick = tn_time_frequency() / 1000;
    tn_sleep(2000000);
    phase = tn_time_ticks() - 100;
    for (uint32_t i = 0; i < ALARMS; i++) {
        tn_alarm_init(&alarms[i], expired);
        tn_alarm_start(&alarms[i], tn_time_ticks() + i * 7919 % 50000 + i * 1000, 0);
    }
    for (int i = 0; i < 100; i++) {
        begin = tn_time_now();
        tn_sleep(300000 + (uint64_t)i * 77777);
        MUST(tn_time_now() - begin >= 300000 + (uint64_t)i * 77777);
        MUST(on_grid(tn_time_ticks(), tick / 10));
    }
    MUST(fired == ALARMS);
    begin = tn_time_ticks();
    MUST(tn_sem_take_until(&never, begin + 3 * tick / 2) == TN_ETIMEDOUT);
    MUST(tn_time_ticks() - begin >= 3 * tick / 2 && tn_time_ticks() - begin <= 3 * tick);
    /* With nothing due the comparator stands on the next tick, again and again. */
    for (int i = 0; i < 10; i++) {
        uint64_t next = tn_sysreg_read(cntv_cval_el0);

        MUST(next - tn_time_ticks() <= tick && on_grid(next + 100, 200));
        while (tn_time_ticks() <= next) {}
        tn_isb();
    }
    puts("ok");
    return 0;
}
