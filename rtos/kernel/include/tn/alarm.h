/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alarms: a function that is called at a point in time, once or on a grid.  It runs in the
 * timer's interrupt handler, so it may wake threads but not wait.  Starting, stopping and
 * expiring cost the same with 1 and with 10,000 alarms.  The caller owns the memory of an alarm
 * while it is active.
 */
#ifndef TN_ALARM_H
#define TN_ALARM_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/timerq.h>

struct tn_alarm {
    struct tn_timer timer; /* first: the kernel gets from one to the other */
    void (*expired)(struct tn_alarm *alarm);
    uint64_t period; /* ticks, 0: once */
    uint64_t missed; /* grid points that passed before `expired` could be called, total */
};

/* Make `alarm` one that is not active. */
void tn_alarm_init(struct tn_alarm *alarm, void (*expired)(struct tn_alarm *alarm));

/*
 * Call alarm->expired at `deadline` and, unless `period` is 0, at every `period` after it, both
 * in ticks of tn_time_ticks(); the grid never drifts.  A deadline in the past: at once.  An
 * active alarm starts anew.  Any context.
 */
void tn_alarm_start(struct tn_alarm *alarm, uint64_t deadline, uint64_t period);

/* Not active any more.  False: it was not.  Any context. */
bool tn_alarm_stop(struct tn_alarm *alarm);

/* True from the start until it was stopped or, without a period, has expired. */
static inline bool tn_alarm_active(const struct tn_alarm *alarm)
{
    return tn_timer_active(&alarm->timer);
}

#endif
