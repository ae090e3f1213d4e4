/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time: the one queue of everything that waits for a point in time, and the counter's comparator
 * which is programmed for the earliest of it or, with option TN_TICK_HZ, for the next point of a
 * grid, whether or not anything is due there.
 */
#include <stddef.h>
#include <tn/alarm.h>
#include <tn/board.h>
#include <tn/gtimer.h>
#include <tn/irq.h>
#include <tn/irqline.h>
#include <tn/kernel.h>
#include <tn/kernel_fault.h>
#include <tn/kernel_mutex.h>
#include <tn/kernel_time.h>
#include <tn/list.h>
#include <tn/time.h>

_Static_assert(offsetof(struct tn_alarm, timer) == 0, "cast in expire_one()");

#define MOVES 16u /* calls of tn_timerq_expire() in one interrupt that find nothing due */

struct tn_timerq tn_timers;

void tn_alarm_init(struct tn_alarm *alarm, void (*expired)(struct tn_alarm *alarm))
{
    *alarm = (struct tn_alarm){.expired = expired};
    tn_timer_init(&alarm->timer);
    alarm->timer.user = TN_TIMER_ALARM;
}

void tn_alarm_start(struct tn_alarm *alarm, uint64_t deadline, uint64_t period)
{
    uint64_t daif = tn_kernel_lock();

    if (tn_timer_active(&alarm->timer)) {
        tn_timerq_stop(&tn_timers, &alarm->timer);
    }
    alarm->period = period;
    tn_time_start(&alarm->timer, deadline);
    tn_kernel_unlock(daif);
}

bool tn_alarm_stop(struct tn_alarm *alarm)
{
    uint64_t daif = tn_kernel_lock();
    bool stopped = tn_timerq_stop(&tn_timers, &alarm->timer);

    tn_kernel_unlock(daif);
    tn_percpu_await_call(alarm, daif);
    return stopped;
}

/* The next point of the grid that is not over at `now`. */
static void alarm_repeat(struct tn_alarm *alarm, uint64_t now)
{
    uint64_t deadline = alarm->timer.deadline + alarm->period;

    if (TN_UNLIKELY(deadline <= now)) {
        uint64_t missed = (now - deadline) / alarm->period + 1;

        alarm->missed += missed;
        deadline += missed * alarm->period;
    }
    tn_timerq_start(&tn_timers, &alarm->timer, deadline);
}

static void thread_timeout(struct tn_thread *t)
{
    struct tn_thread *self = tn_thread_self();

    if (t->waitq != NULL) {
        tn_waitq_remove(t);
    }
    if (t->blocked_on != NULL) {
        tn_inherit_drop(t);
    }
    if (tn_wake(t, TN_ETIMEDOUT) && tn_percpu_preempts(tn_percpu_candidate(t), self)) {
        tn_percpu_resched(0);
    }
}

/* A timer that is not an alarm has expired.  Releases the lock. */
static __attribute__((noinline)) void kernel_timer(struct tn_timer *t)
{
    if (t->user == TN_TIMER_SLICE) {
        tn_slice_expired(t);
    } else {
        thread_timeout(TN_LIST_OBJECT(t, struct tn_thread, timeout));
    }
    tn_kernel_leave();
}

#if CONFIG_TN_TICK_HZ > 0
static uint64_t tick_next, tick_period;

/* The first tick after `now`. */
static uint64_t next_interrupt(uint64_t now)
{
    if (TN_UNLIKELY(now >= tick_next + tick_period)) {
        tick_next += (now - tick_next) / tick_period * tick_period;
    }
    if (now >= tick_next) {
        tick_next += tick_period;
    }
    return tick_next;
}

static uint64_t first_interrupt(uint64_t now)
{
    tick_period = tn_time_frequency() / CONFIG_TN_TICK_HZ;
    tick_next = now + tick_period;
    return tick_next;
}
#else
static uint64_t next_interrupt(uint64_t now)
{
    (void)now;
    return tn_timerq_next(&tn_timers);
}

static uint64_t first_interrupt(uint64_t now)
{
    (void)now;
    return TN_TIMERQ_NEVER;
}
#endif

/*
 * When the interrupt that began at `began` comes again, which leaves timers to be moved closer
 * together: threads have a fifth of the time until that is done.
 */
static uint64_t resume_at(uint64_t began)
{
    uint64_t now = tn_time_counter();

    return now + (now - began) / 4 + 1;
}

/*
 * The comparator's interrupt.  The lock is released between two timers, so that the masked time
 * does not depend on how many are due; and no thread waits for more than MOVES steps of those that
 * only move timers of a later time.
 */
static void timer_interrupt(void *arg)
{
    uint64_t now = tn_time_counter();
    unsigned moves = 0;

    (void)arg;
    tn_kernel_enter();
    if (!tn_percpu_expire_begin()) {
        tn_kernel_leave();
        return;
    }
    while (tn_timerq_next(&tn_timers) <= now) {
        struct tn_timer *t = tn_timerq_expire(&tn_timers, now);
        struct tn_alarm *alarm = (struct tn_alarm *)(void *)t;

        tn_trace_event(TN_TRACE_TIMER, t);
        if (TN_UNLIKELY(t == NULL)) {
            if (++moves == MOVES) {
                tn_percpu_expire_end(resume_at(now));
                tn_kernel_leave();
                return;
            }
            tn_kernel_leave();
        } else if (TN_UNLIKELY(t->user != TN_TIMER_ALARM)) {
            kernel_timer(t);
        } else {
            if (alarm->period != 0) {
                alarm_repeat(alarm, now);
            }
            tn_percpu_calls(alarm);
            tn_kernel_leave();
            alarm->expired(alarm);
            tn_percpu_calls(NULL);
        }
        tn_kernel_enter();
    }
    tn_percpu_expire_end(next_interrupt(now));
    tn_kernel_leave();
}

void tn_timeout_stop(struct tn_thread *t)
{
    tn_timerq_stop(&tn_timers, &t->timeout);
}

long tn_block_until(struct tn_waitq *q, uint64_t deadline)
{
    struct tn_thread *self = tn_thread_self();

    if (deadline != TN_FOREVER && !tn_percpu_refuses(self)) {
        if (deadline <= tn_time_counter()) {
            tn_kernel_leave();
            return TN_ETIMEDOUT;
        }
        tn_time_start(&self->timeout, deadline);
    }
    return tn_block(q);
}

long tn_sleep_ticks(uint64_t deadline)
{
    struct tn_thread *self = tn_thread_self();
    long result;

    if (deadline <= tn_time_counter()) {
        return TN_OK;
    }
    tn_context_check("tn_sleep");
    tn_kernel_enter();
    if (tn_percpu_refuses(self)) {
        tn_kernel_leave();
        return TN_EINTR;
    }
    tn_trace_event(TN_TRACE_BLOCK, NULL);
    self->state = TN_THREAD_BLOCKED | tn_percpu_leave_state(self);
    tn_time_start(&self->timeout, deadline);
    result = tn_switch_away(self);
    return result == TN_ETIMEDOUT ? TN_OK : result;
}

void tn_sleep_until(uint64_t deadline)
{
    uint64_t ticks = tn_time_to_ticks(deadline);

    while (tn_sleep_ticks(ticks) != TN_OK) {}
}

void tn_time_init(void)
{
    uint64_t now = tn_time_counter();

    tn_timerq_init(&tn_timers, now);
    tn_gtimer_virt_set(first_interrupt(now));
    tn_irq_attach(TN_BOARD_TIMER_VIRT_IRQ, timer_interrupt, NULL);
    tn_irq_enable(TN_BOARD_TIMER_VIRT_IRQ);
}

void tn_time_init_cpu(void)
{
    tn_gtimer_virt_set(TN_TIMERQ_NEVER);
    tn_irqline_prepare(TN_BOARD_TIMER_VIRT_IRQ);
    tn_irq_enable(TN_BOARD_TIMER_VIRT_IRQ);
}
