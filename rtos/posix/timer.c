/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers of POSIX: an alarm each.  SIGEV_THREAD functions are called in detached threads that a
 * service thread makes, because a handler cannot.  Those on a clock of CPU time: cputimer.c.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <tn/alarm.h>
#include <tn/kernel_time.h>
#include <tn/list.h>
#include <tn/sem.h>

#include "internal.h"
#include "timer.h"

#define IGNORED_NS 1000000u /* a timer whose signal is ignored expires at most as often */

static struct timer *all;
static struct tn_sem work = TN_SEM_INIT(0, TN_SEM_MAX);
static bool serving;

static int fail(int code)
{
    errno = code;
    return -1;
}

/*
 * The timer's signal was taken: what expired since it was sent is its overrun, and the timer
 * goes on at its grid's next point.  So it interrupts nobody while its signal waits.  One that
 * is ignored comes seldom: a period of some nanoseconds must not take the whole CPU.  Kernel
 * lock held.
 */
static void taken(struct posix_expiry *expiry, bool delivered)
{
    struct timer *timer = TN_LIST_OBJECT(expiry, struct timer, expiry);
    uint64_t now = timer->cpu ? posix_cputimer_now(timer) : tn_time_counter();
    uint64_t more = 0;

    if (!delivered) {
        now += tn_time_to_ticks(IGNORED_NS);
    }
    if (timer->period != 0 && now > timer->grid) {
        more = (now - timer->grid) / timer->period;
    }
    if (delivered) {
        timer->overrun =
            more > (uint64_t)DELAYTIMER_MAX ? (uint32_t)DELAYTIMER_MAX : (uint32_t)more;
    }
    /* Not armed: it is being set or deleted at this moment. */
    if (timer->period == 0 || !timer->armed) {
        return;
    }
    timer->grid += (more + 1) * timer->period;
    if (timer->cpu) {
        posix_cputimer_start(timer);
        return;
    }
    tn_time_start(&timer->alarm.timer, timer->grid);
}

void posix_timer_notify(struct timer *timer)
{
    if (timer->event.sigev_notify == SIGEV_SIGNAL) {
        posix_send_expiry(&timer->expiry, timer->event.sigev_signo, timer->event.sigev_value);
    } else {
        timer->due++;
        tn_sem_give(&work);
    }
}

static void expired(struct tn_alarm *alarm)
{
    struct timer *timer = (struct timer *)(void *)alarm;

    timer->follows = false;
    if (timer->event.sigev_notify == SIGEV_THREAD) {
        timer->overrun = (uint32_t)(alarm->missed - timer->missed);
        timer->missed = alarm->missed;
    }
    posix_timer_notify(timer);
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
        posix_lock();
        for (struct timer *t = all; t != NULL; t = t->next) {
            if (__atomic_load_n(&t->due, __ATOMIC_RELAXED) > 0) {
                __atomic_fetch_sub(&t->due, 1, __ATOMIC_RELAXED);
                posix_call_thread(&t->event, &t->attr);
                break;
            }
        }
        posix_unlock();
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
    return posix_create_service(&thread, &attr, serve);
}

/* In constant time: a timer is what the list's link to it says. */
static struct timer *find(timer_t id)
{
    struct timer *t = (struct timer *)id;

    return tn_is_memory(t, sizeof(*t)) && tn_is_memory(t->link, sizeof(t)) && *t->link == t ? t
                                                                                            : NULL;
}

/* A timer without notification only has its grid. */
static void start(struct timer *t, uint64_t deadline)
{
    t->grid = deadline;
    t->armed = true;
    if (t->event.sigev_notify == SIGEV_SIGNAL) {
        tn_alarm_start(&t->alarm, deadline, 0);
    } else if (t->event.sigev_notify == SIGEV_THREAD) {
        tn_alarm_start(&t->alarm, deadline, t->period);
    }
}

/* CLOCK_REALTIME was set: timers for a point of it wait for another tick now. */
static void clock_changed(void)
{
    for (struct timer *t = all; t != NULL; t = t->next) {
        uint64_t deadline;

        if (t->follows && t->armed && tn_time_ticks() < t->grid) {
            tn_alarm_stop(&t->alarm);
            posix_deadline(CLOCK_REALTIME, &t->until, &deadline);
            start(t, deadline);
        }
    }
}

static struct posix_clock_listener listener = {.changed = clock_changed};

/* Timer in the list of all.  The first one makes us listen to the clock. */
static void enlist(struct timer *t)
{
    static bool listening;

    posix_lock();
    if (!listening) {
        listening = true;
        posix_clock_listen(&listener);
    }
    t->next = all;
    t->link = &all;
    if (all != NULL) {
        all->link = &t->next;
    }
    all = t;
    posix_unlock();
}

int timer_create(clockid_t clock, struct sigevent *event, timer_t *id)
{
    struct timer *t;

    bool cpu = clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC;

    if (cpu && !posix_cputimer_clock(clock)) {
        return fail(EINVAL);
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
    t->expiry.taken = taken;
    if (event != NULL) {
        t->event = *event;
    } else {
        t->event.sigev_notify = SIGEV_SIGNAL;
        t->event.sigev_signo = SIGALRM;
        t->event.sigev_value.sival_ptr = t; /* POSIX: the timer's ID */
    }
    posix_self(); /* the caller is to be found when the signal comes */
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
    if (cpu) {
        posix_cputimer_init(t);
    }
    enlist(t);
    *id = (timer_t)t;
    return 0;
}

int timer_delete(timer_t id)
{
    struct timer *t = find(id);

    if (t == NULL) {
        return fail(EINVAL);
    }
    t->armed = false;
    tn_alarm_stop(&t->alarm);
    posix_lock();
    *t->link = t->next;
    if (t->next != NULL) {
        t->next->link = t->link;
    }
    t->link = NULL;
    posix_unlock();
    posix_forget_expiry(&t->expiry);
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

/* Ticks until the next expiry, at least one; 0: there will be none. */
static uint64_t left(const struct timer *t)
{
    uint64_t now = t->cpu ? posix_cputimer_ticks(t) : tn_time_ticks();

    if (!t->armed) {
        return 0;
    }
    if (now < t->grid) {
        return t->grid - now;
    }
    if (t->period != 0) {
        return t->period - (now - t->grid) % t->period;
    }
    return tn_alarm_active(&t->alarm) ? 1 : 0;
}

int timer_gettime(timer_t id, struct itimerspec *value)
{
    struct timer *t = find(id);

    if (t == NULL) {
        return fail(EINVAL);
    }
    value->it_value = to_timespec(tn_time_from_ticks(left(t)));
    value->it_interval = t->interval;
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
    t->armed = false;
    tn_alarm_stop(&t->alarm);
    posix_forget_expiry(&t->expiry);
    t->interval = value->it_interval;
    t->period = tn_time_to_ticks(to_ns(&value->it_interval));
    t->missed = 0;
    t->alarm.missed = 0;
    t->overrun = 0;
    t->follows = false;
    if (to_ns(&value->it_value) == 0) {
        return 0;
    }
    if (t->cpu) {
        posix_cputimer_set(t, tn_time_to_ticks(to_ns(&value->it_value)), flags & TIMER_ABSTIME);
        return 0;
    }
    if (flags & TIMER_ABSTIME) {
        posix_deadline(t->clock, &value->it_value, &deadline);
        t->until = value->it_value;
        t->follows = t->clock == CLOCK_REALTIME;
    } else {
        deadline = tn_time_to_ticks(tn_time_now() + to_ns(&value->it_value));
    }
    start(t, deadline);
    return 0;
}

int timer_getoverrun(timer_t id)
{
    struct timer *t = find(id);

    if (t == NULL) {
        return fail(EINVAL);
    }
    return (int)t->overrun;
}
