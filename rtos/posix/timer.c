/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers of POSIX: an alarm each.  SIGEV_THREAD functions are called in detached threads that a
 * service thread makes, because a handler cannot.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <tn/alarm.h>
#include <tn/list.h>
#include <tn/sem.h>

#include "internal.h"

struct timer {
    struct tn_alarm alarm; /* first */
    struct timer *next;
    struct sigevent event;
    pthread_attr_t attr;
    clockid_t clock;
    uint64_t deadline_ns; /* of the next expiry; exact, ticks are rounded */
    uint64_t period_ns;
    uint64_t missed;
    uint32_t due;     /* expiries that the service thread has still to serve */
    uint32_t overrun; /* of the last delivery */
};

static struct timer *all;
static struct tn_sem work = TN_SEM_INIT(0, TN_SEM_MAX);
static bool serving;

static int fail(int code)
{
    errno = code;
    return -1;
}

static void expired(struct tn_alarm *alarm)
{
    struct timer *timer = (struct timer *)(void *)alarm;

    timer->overrun = (uint32_t)(alarm->missed - timer->missed);
    timer->missed = alarm->missed;
    if (timer->event.sigev_notify == SIGEV_SIGNAL) {
        posix_send(NULL, timer->event.sigev_signo, SI_TIMER, timer->event.sigev_value);
    } else if (timer->event.sigev_notify == SIGEV_THREAD) {
        timer->due++;
        tn_sem_give(&work);
    }
}

struct call {
    void (*function)(union sigval value);
    union sigval value;
};

static void *call(void *arg)
{
    struct call copy = *(struct call *)arg;

    free(arg);
    copy.function(copy.value);
    return NULL;
}

void posix_call_thread(const struct sigevent *event, const pthread_attr_t *attr)
{
    struct call *c = malloc(sizeof(*c));
    pthread_t thread;
    pthread_attr_t detached;

    if (c == NULL) {
        return;
    }
    *c = (struct call){event->sigev_notify_function, event->sigev_value};
    detached = *attr;
    detached.detachstate = PTHREAD_CREATE_DETACHED;
    if (pthread_create(&thread, &detached, call, c) != 0) {
        free(c);
    }
}

static void *serve(void *arg)
{
    (void)arg;
    posix_self()->mask = ~(sigset_t)0;
    for (;;) {
        tn_sem_take(&work);
        tn_sched_lock();
        for (struct timer *t = all; t != NULL; t = t->next) {
            if (__atomic_load_n(&t->due, __ATOMIC_RELAXED) > 0) {
                __atomic_fetch_sub(&t->due, 1, __ATOMIC_RELAXED);
                posix_call_thread(&t->event, &t->attr);
                break;
            }
        }
        tn_sched_unlock();
    }
    return NULL;
}

/* The service thread is not among those for whom main waits. */
static int start_service(void)
{
    pthread_t thread;
    pthread_attr_t attr;

    if (serving) {
        return 0;
    }
    pthread_attr_init(&attr);
    attr.detachstate = PTHREAD_CREATE_DETACHED;
    attr.inheritsched = PTHREAD_EXPLICIT_SCHED;
    attr.schedparam.sched_priority = sched_get_priority_max(SCHED_FIFO);
    serving = true;
    return pthread_create(&thread, &attr, serve, NULL);
}

static struct timer *find(timer_t id)
{
    struct timer *t;

    tn_sched_lock();
    for (t = all; t != NULL && (timer_t)t != id; t = t->next) {}
    tn_sched_unlock();
    return t;
}

int timer_create(clockid_t clock, struct sigevent *event, timer_t *id)
{
    struct timer *t;

    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) {
        return fail(clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID ? ENOTSUP
                                                                                          : EINVAL);
    }
    if (event != NULL && (event->sigev_notify < SIGEV_NONE || event->sigev_notify > SIGEV_THREAD ||
                          (event->sigev_notify == SIGEV_SIGNAL &&
                           (event->sigev_signo <= 0 || event->sigev_signo >= NSIG)))) {
        return fail(EINVAL);
    }
    t = calloc(1, sizeof(*t));
    if (t == NULL) {
        return fail(EAGAIN);
    }
    t->clock = clock;
    if (event != NULL) {
        t->event = *event;
    } else {
        t->event.sigev_notify = SIGEV_SIGNAL;
        t->event.sigev_signo = SIGALRM;
        t->event.sigev_value.sival_int = (int)(uintptr_t)t;
    }
    pthread_attr_init(&t->attr);
    if (t->event.sigev_notify == SIGEV_THREAD) {
        if (t->event.sigev_notify_attributes != NULL) {
            t->attr = *t->event.sigev_notify_attributes;
        }
        if (start_service() != 0) {
            free(t);
            return fail(EAGAIN);
        }
    }
    tn_alarm_init(&t->alarm, expired);
    tn_sched_lock();
    t->next = all;
    all = t;
    tn_sched_unlock();
    *id = (timer_t)t;
    return 0;
}

int timer_delete(timer_t id)
{
    struct timer *t = find(id);
    struct timer **link = &all;

    if (t == NULL) {
        return fail(EINVAL);
    }
    tn_alarm_stop(&t->alarm);
    tn_sched_lock();
    while (*link != t) {
        link = &(*link)->next;
    }
    *link = t->next;
    tn_sched_unlock();
    free(t);
    return 0;
}

static bool is_valid(const struct timespec *ts)
{
    return ts->tv_nsec >= 0 && ts->tv_nsec < (long)TN_NS_PER_SEC && ts->tv_sec >= 0;
}

static uint64_t to_ns(const struct timespec *ts)
{
    return (uint64_t)ts->tv_sec * TN_NS_PER_SEC + (uint64_t)ts->tv_nsec;
}

static struct timespec to_timespec(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / TN_NS_PER_SEC),
                             .tv_nsec = (long)(ns % TN_NS_PER_SEC)};
}

int timer_gettime(timer_t id, struct itimerspec *value)
{
    struct timer *t = find(id);
    uint64_t left = 0;

    if (t == NULL) {
        return fail(EINVAL);
    }
    if (tn_alarm_active(&t->alarm)) {
        uint64_t now = tn_time_ticks();
        uint64_t end = t->alarm.timer.deadline;

        left = end > now ? tn_time_from_ticks(end - now) : 1;
    }
    value->it_value = to_timespec(left);
    value->it_interval = to_timespec(t->period_ns);
    return 0;
}

int timer_settime(timer_t id, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    struct timer *t = find(id);
    uint64_t deadline;

    if (t == NULL || !is_valid(&value->it_value) || !is_valid(&value->it_interval)) {
        return fail(EINVAL);
    }
    if (old != NULL) {
        timer_gettime(id, old);
    }
    tn_alarm_stop(&t->alarm);
    t->period_ns = to_ns(&value->it_interval);
    t->missed = 0;
    t->alarm.missed = 0;
    t->overrun = 0;
    if (to_ns(&value->it_value) == 0) {
        return 0;
    }
    if (flags & TIMER_ABSTIME) {
        posix_deadline(t->clock, &value->it_value, &deadline);
    } else {
        deadline = tn_time_to_ticks(tn_time_now() + to_ns(&value->it_value));
    }
    tn_alarm_start(&t->alarm, deadline, tn_time_to_ticks(t->period_ns));
    return 0;
}

int timer_getoverrun(timer_t id)
{
    struct timer *t = find(id);

    if (t == NULL) {
        return fail(EINVAL);
    }
    return t->overrun > (uint32_t)DELAYTIMER_MAX ? DELAYTIMER_MAX : (int)t->overrun;
}

static struct tn_alarm seconds = {.timer = TN_TIMER_INIT};

static void alarm_expired(struct tn_alarm *alarm)
{
    (void)alarm;
    posix_send(NULL, SIGALRM, SI_TIMER, (union sigval){0});
}

unsigned alarm(unsigned delay)
{
    uint64_t now = tn_time_ticks();
    uint64_t left = 0;

    if (tn_alarm_active(&seconds) && seconds.timer.deadline > now) {
        left = tn_time_from_ticks(seconds.timer.deadline - now);
    }
    tn_alarm_stop(&seconds);
    if (delay != 0) {
        tn_alarm_init(&seconds, alarm_expired);
        tn_alarm_start(&seconds, now + tn_time_to_ticks(delay * TN_NS_PER_SEC), 0);
    }
    return (unsigned)((left + TN_NS_PER_SEC - 1) / TN_NS_PER_SEC);
}
