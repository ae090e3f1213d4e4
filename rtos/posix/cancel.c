/* SPDX-License-Identifier: Apache-2.0 */
/* Cancellation, cleanup handlers, keys, once. */
#include <errno.h>
#include <limits.h>
#include <tn/alarm.h>

#include "internal.h"

#define LOOK_AGAIN_NS 100000u

void posix_run_destructors(struct posix_thread *self);

static struct {
    bool used;
    void (*destructor)(void *);
} keys[KEYS];

void _pthread_cleanup_push(struct _pthread_cleanup *cleanup, void (*routine)(void *), void *arg)
{
    struct posix_thread *self = posix_self();

    *cleanup = (struct _pthread_cleanup){routine, arg, self->cleanups};
    self->cleanups = cleanup;
}

void _pthread_cleanup_pop(struct _pthread_cleanup *cleanup, int execute)
{
    posix_self()->cleanups = cleanup->_next;
    if (execute) {
        cleanup->_routine(cleanup->_arg);
    }
}

void pthread_testcancel(void)
{
    struct posix_thread *self = posix_self();

    if (TN_UNLIKELY(self->cancelled) && self->cancel_state == PTHREAD_CANCEL_ENABLE &&
        !self->exiting) {
        self->cancel_point = 0;
        pthread_exit(PTHREAD_CANCELED);
    }
}

/* Runs in the context of the thread that is to be cancelled asynchronously. */
static void cancel_now(void)
{
    if (posix_self()->cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS) {
        pthread_testcancel();
    }
}

void posix_async(void)
{
    posix_deliver();
    cancel_now();
}

/* Cancelled, in a wait or about to begin one that this ends.  Lock held. */
static bool is_due(const struct posix_thread *p, const struct tn_thread *t)
{
    return p->cancelled && p->cancel_point && p->cancel_state == PTHREAD_CANCEL_ENABLE &&
           !(t->state & TN_THREAD_ENDED);
}

/*
 * A thread that was preempted behind its last look at `cancelled` and before its wait would sleep
 * on.  The wait itself does not look, so that it costs nothing where nobody cancels: such threads
 * are looked at again, until each of them sleeps and was woken, or is behind its wait.
 */
static void look_again(struct tn_alarm *alarm)
{
    uint64_t daif = tn_kernel_lock();
    struct tn_thread *woken = NULL;
    bool more = false;

    for (struct tn_thread *t = tn_thread_all(); t != NULL; t = t->all[0]) {
        if (t->posix == NULL || !is_due(t->posix, t)) {
            continue;
        }
        if (tn_wait_interrupt(t, TN_EINTR)) {
            woken = t;
        } else {
            more = true;
        }
    }
    if (woken != NULL) {
        tn_reschedule(woken, daif, TN_OK);
    } else {
        tn_kernel_unlock(daif);
    }
    if (more) {
        tn_alarm_start(alarm, tn_time_ticks() + tn_time_to_ticks(LOOK_AGAIN_NS), 0);
    }
}

static struct tn_alarm again = {.timer.slot = TN_TIMER_IDLE, .expired = look_again};

int pthread_cancel(pthread_t thread)
{
    struct posix_thread *p = posix_find(thread);
    struct tn_thread *t = (struct tn_thread *)thread;
    uint64_t daif;
    bool woken = false;
    bool late;

    if (p == NULL) {
        return ESRCH;
    }
    daif = tn_kernel_lock();
    p->cancelled = 1;
    if (CONFIG_CPUS > 1) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST); /* pairs with posix_cancel_announce() */
    }
    if (p->cancel_state == PTHREAD_CANCEL_ENABLE && !(t->state & TN_THREAD_ENDED) &&
        (p->cancel_point || p->cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS)) {
        woken = tn_wait_interrupt(t, TN_EINTR);
        /* Running on another CPU, it may be about to wait: the call keeps it from that. */
        if (t != tn_thread_self() &&
            (p->cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS || tn_percpu_running(t))) {
            tn_thread_async(t, posix_async);
        }
    }
    late = !woken && t != tn_thread_self() && is_due(p, t);
    if (woken) {
        tn_reschedule(t, daif, TN_OK);
    } else {
        tn_kernel_unlock(daif);
    }
    if (late) {
        tn_alarm_start(&again, tn_time_ticks() + tn_time_to_ticks(LOOK_AGAIN_NS), 0);
    }
    if (t == tn_thread_self()) {
        cancel_now();
    }
    return 0;
}

int pthread_setcancelstate(int state, int *old)
{
    struct posix_thread *self = posix_self();

    if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE) {
        return EINVAL;
    }
    if (old != NULL) {
        *old = self->cancel_state;
    }
    self->cancel_state = (uint8_t)state;
    cancel_now();
    return 0;
}

int pthread_setcanceltype(int type, int *old)
{
    struct posix_thread *self = posix_self();

    if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS) {
        return EINVAL;
    }
    if (old != NULL) {
        *old = self->cancel_type;
    }
    self->cancel_type = (uint8_t)type;
    cancel_now();
    return 0;
}

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    int code = EAGAIN;

    posix_lock();
    for (pthread_key_t i = 0; i < KEYS; i++) {
        if (!keys[i].used) {
            keys[i].used = true;
            keys[i].destructor = destructor;
            *key = i;
            code = 0;
            break;
        }
    }
    posix_unlock();
    return code;
}

int pthread_key_delete(pthread_key_t key)
{
    uint64_t daif;

    if (key >= KEYS || !keys[key].used) {
        return EINVAL;
    }
    posix_lock();
    keys[key].used = false;
    keys[key].destructor = NULL;
    daif = tn_threads_hold();
    for (struct tn_thread *t = tn_thread_all(); t != NULL; t = t->all[0]) {
        if (t->posix != NULL) {
            ((struct posix_thread *)t->posix)->values[key] = NULL;
        }
    }
    tn_threads_release(daif);
    posix_unlock();
    return 0;
}

void *pthread_getspecific(pthread_key_t key)
{
    return key < KEYS ? posix_self()->values[key] : NULL;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
    if (key >= KEYS || !keys[key].used) {
        return EINVAL;
    }
    posix_self()->values[key] = (void *)(uintptr_t)value;
    return 0;
}

void posix_run_destructors(struct posix_thread *self)
{
    bool again = true;

    for (int round = 0; again && round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
        again = false;
        for (pthread_key_t i = 0; i < KEYS; i++) {
            void *value = self->values[i];

            self->values[i] = NULL;
            if (value != NULL && keys[i].destructor != NULL) {
                keys[i].destructor(value);
                again = true;
            }
        }
    }
}

/* pthread_once_t.__state */
enum { ONCE_NEW, ONCE_RUNNING, ONCE_DONE };

static struct tn_waitq once_waiters;

static void once_finish(pthread_once_t *once, int state)
{
    tn_sched_lock();
    tn_kernel_enter();
    __atomic_store_n(&once->__state, state, __ATOMIC_RELEASE);
    while (!tn_waitq_empty(&once_waiters)) {
        tn_wake(tn_waitq_pop(&once_waiters), TN_OK);
    }
    tn_kernel_leave();
    tn_sched_unlock();
}

/* The initialiser was cancelled: the next caller tries anew. */
static void once_undo(void *once)
{
    once_finish(once, ONCE_NEW);
}

int pthread_once(pthread_once_t *once, void (*init)(void))
{
    while (__atomic_load_n(&once->__state, __ATOMIC_ACQUIRE) != ONCE_DONE) {
        tn_kernel_enter();
        if (once->__state == ONCE_RUNNING) {
            tn_block(&once_waiters);
            continue;
        }
        if (once->__state == ONCE_DONE) {
            tn_kernel_leave();
            break;
        }
        once->__state = ONCE_RUNNING;
        tn_kernel_leave();
        pthread_cleanup_push(once_undo, once);
        init();
        pthread_cleanup_pop(0);
        once_finish(once, ONCE_DONE);
    }
    return 0;
}
