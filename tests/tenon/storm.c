/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hundreds of threads that create one another, block, wake, time out, cancel each other's waits,
 * suspend each other, change priorities and exit at random, with what must hold checked all the
 * time:
 *
 *   no lost wake-up   units and messages are conserved; a watchdog looks for progress
 *   inheritance       no mutex has a waiter that is more urgent than its owner; who owns none
 *                     has its own priority
 *   nothing leaked    at the end there is no thread, timer, unit or byte of memory left over
 *
 * Runs on any number of CPUs.  STORM_OPS: operations, all threads together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tn/alarm.h>
#include <tn/event.h>
#include <tn/heap.h>
#include <tn/kernel.h>
#include <tn/kernel_time.h>
#include <tn/mutex.h>
#include <tn/queue.h>
#include <tn/rwlock.h>
#include <tn/sem.h>
#include <tn/thread.h>
#include <tn/time.h>

#include "must.h"

#ifndef STORM_OPS
#define STORM_OPS 200000
#endif
#ifndef STORM_THREADS
#define STORM_THREADS 300
#endif
#define FIRST 40   /* threads that main() creates */
#define STACK 3056 /* with its header on the border of a class of the heap: any free block fits */
#define MUTEXES 8
#define UNITS 4
#define CAPACITY 16
#define ALARMS 8
#ifndef WATCH_NS /* without any operation for so long: somebody sleeps for ever */
#define WATCH_NS 2000000000ull
#endif

#define GET(x) __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define SET(x, value) __atomic_store_n(&(x), (value), __ATOMIC_SEQ_CST)
#define ADD(x, n) __atomic_add_fetch(&(x), (n), __ATOMIC_SEQ_CST)

/* slot.users: how many look at the thread, or one of these. */
#define FREE -1000000  /* no thread, memory unused */
#define TAKEN -2000000 /* somebody makes or joins the thread */

struct slot {
    struct tn_thread thread;
    int users;
    void *stack;
    uint64_t random;
    bool cancellable; /* its wait may end with TN_ECANCELED */
    int owned;        /* mutexes */
};

static struct slot slots[STORM_THREADS];
static struct tn_heap heap;
static TN_ALIGNED(16) char arena[STORM_THREADS * (STACK + 64) + 65536];
static struct tn_mutex heap_lock = TN_MUTEX_INIT, suspend_lock = TN_MUTEX_INIT;
static struct tn_mutex mutexes[MUTEXES];
static struct slot *owners[MUTEXES];
static struct tn_sem units = TN_SEM_INIT(UNITS, UNITS), flow = TN_SEM_INIT(0, TN_SEM_MAX);
static int inside;
static uint64_t given, taken, sent, received;
static struct tn_queue queue;
static uint64_t buffer[CAPACITY * 2];
static struct tn_rwlock rwlock = TN_RWLOCK_INIT;
static int readers, writers;
static struct tn_event event = TN_EVENT_INIT;
static struct tn_alarm alarms[ALARMS], watchdog;
static uint64_t ops, seen, live, created, cancelled, timeouts;
static bool stopping;

static uint32_t draw(struct slot *s, uint32_t below)
{
    s->random = s->random * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(s->random >> 33) % below;
}

static uint64_t soon(struct slot *s)
{
    return tn_time_ticks() + draw(s, 20000);
}

static void dawdle(struct slot *s)
{
    for (volatile uint32_t i = draw(s, 100); i > 0; i--) {}
    if (draw(s, 4) == 0) {
        tn_thread_yield();
    }
}

/* What a wait that may be cut short returned.  True: it got what it waited for. */
static bool got(int code)
{
    if (code == TN_ETIMEDOUT) {
        ADD(timeouts, 1);
    } else if (code == TN_ECANCELED) {
        ADD(cancelled, 1);
    } else {
        MUST(code == TN_OK || code == TN_EAGAIN || code == TN_EBUSY);
    }
    return code == TN_OK;
}

#define CANCELLABLE(s, call)                                                                       \
    (SET((s)->cancellable, true), code = (call), SET((s)->cancellable, false), got(code))

static void check_inheritance(struct slot *s)
{
    const struct tn_mutex *m = &mutexes[draw(s, MUTEXES)];
    uint64_t daif = tn_kernel_lock();
    const struct tn_thread *owner = tn_mutex_owner(m), *first = m->waiters.first;
    bool right = owner == NULL || first == NULL || owner->run.level <= first->run.level;
    bool own = s->thread.held_mutexes != NULL || s->thread.run.level == s->thread.base_prio;

    tn_kernel_unlock(daif);
    MUST(right);
    MUST(own);
}

/* Lock mutex `i` and those behind it, in order; timeouts on the way. */
static void use_mutexes(struct slot *s)
{
    uint32_t i = draw(s, MUTEXES);

    if (!got(draw(s, 2) ? tn_mutex_lock(&mutexes[i]) : tn_mutex_lock_until(&mutexes[i], soon(s)))) {
        return;
    }
    MUST(owners[i] == NULL);
    owners[i] = s;
    dawdle(s);
    if (i + 1 < MUTEXES && s->owned++ < 3) {
        uint32_t j = i + 1 + draw(s, MUTEXES - i - 1);

        if (got(tn_mutex_lock_until(&mutexes[j], soon(s)))) {
            MUST(owners[j] == NULL);
            owners[j] = s;
            check_inheritance(s);
            dawdle(s);
            MUST(owners[j] == s);
            owners[j] = NULL;
            MUST(tn_mutex_unlock(&mutexes[j]) == TN_OK);
        }
    }
    s->owned = 0;
    check_inheritance(s);
    MUST(owners[i] == s);
    owners[i] = NULL;
    MUST(tn_mutex_unlock(&mutexes[i]) == TN_OK);
}

static void use_units(struct slot *s)
{
    int code;

    if (CANCELLABLE(s, draw(s, 2) ? tn_sem_take(&units) : tn_sem_take_until(&units, soon(s)))) {
        MUST(ADD(inside, 1) <= UNITS);
        dawdle(s);
        ADD(inside, -1);
        MUST(tn_sem_give(&units) == TN_OK);
    }
}

static void use_flow(struct slot *s)
{
    int code;

    if (draw(s, 2)) {
        ADD(given, 1);
        MUST(tn_sem_give(&flow) == TN_OK);
    } else if (CANCELLABLE(s, tn_sem_take_until(&flow, soon(s)))) {
        ADD(taken, 1);
    }
}

static void use_queue(struct slot *s)
{
    uint64_t message[2] = {(uint64_t)(s - slots), 7 * (uint64_t)(s - slots)};
    uint64_t deadline = draw(s, 2) ? soon(s) : 0;
    int code;

    if (draw(s, 2)) {
        if (CANCELLABLE(s, tn_queue_send(&queue, message, deadline))) {
            ADD(sent, 1);
        }
    } else if (CANCELLABLE(s, tn_queue_receive(&queue, message, deadline))) {
        MUST(message[1] == 7 * message[0]);
        ADD(received, 1);
    }
}

static void use_rwlock(struct slot *s)
{
    bool write = draw(s, 4) == 0;
    int code;

    if (!CANCELLABLE(s, write ? tn_rwlock_write(&rwlock, soon(s))
                              : tn_rwlock_read(&rwlock, draw(s, 2) ? TN_FOREVER : soon(s)))) {
        return;
    }
    MUST(ADD(*(write ? &writers : &readers), 1) == 1 || !write);
    MUST(GET(*(write ? &readers : &writers)) == 0);
    dawdle(s);
    ADD(*(write ? &writers : &readers), -1);
    MUST(tn_rwlock_unlock(&rwlock) == TN_OK);
}

static void use_event(struct slot *s)
{
    uint32_t flags = 1u << draw(s, 8);
    int code;

    if (draw(s, 2)) {
        tn_event_set(&event, flags);
    } else {
        CANCELLABLE(s, tn_event_wait(&event, flags | 1, draw(s, 4), soon(s), NULL));
    }
}

static void use_time(struct slot *s)
{
    uint64_t deadline = soon(s);
    struct tn_alarm *alarm = &alarms[draw(s, ALARMS)];

    switch (draw(s, 4)) {
    case 0:
        tn_alarm_start(alarm, deadline, draw(s, 2) ? 0 : 5000 + draw(s, 20000));
        break;
    case 1:
        tn_alarm_stop(alarm);
        break;
    default:
        tn_sleep_until(tn_time_from_ticks(deadline));
        MUST(tn_time_ticks() + 1 >= deadline);
    }
}

static void use_float(struct slot *s)
{
    double expected = (double)(s - slots) + 0.5;
    double value = expected;

    for (int i = 0; i < 3; i++) {
        __asm__ volatile("" : "+w"(value));
        dawdle(s);
        __asm__ volatile("" : "+w"(value));
    }
    MUST(value == expected);
}

/* The thread of some slot stays what it is until unpin(); NULL: there is none just now. */
static struct slot *pin(struct slot *s)
{
    struct slot *other = &slots[draw(s, STORM_THREADS)];
    int users = GET(other->users);

    while (users >= 0) {
        if (__atomic_compare_exchange_n(&other->users, &users, users + 1, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST)) {
            return other;
        }
    }
    return NULL;
}

static void unpin(struct slot *other)
{
    ADD(other->users, -1);
}

static void cancel(struct slot *s)
{
    struct slot *other = pin(s);

    if (other != NULL) {
        uint64_t daif = tn_kernel_lock();

        if (GET(other->cancellable)) {
            tn_wait_interrupt(&other->thread, TN_ECANCELED);
        }
        tn_reschedule(tn_ready_first(tn_cpu_of(&s->thread)), daif, TN_OK);
        unpin(other);
    }
}

static void meddle(struct slot *s)
{
    struct slot *other = pin(s);

    if (other == NULL) {
        return;
    }
    if (draw(s, 2) && other != s) {
        /* One at a time: two that suspend each other would never come back. */
        MUST(tn_mutex_lock(&suspend_lock) == TN_OK);
        if (tn_thread_suspend(&other->thread) == TN_OK) {
            for (volatile uint32_t i = draw(s, 100); i > 0; i--) {}
            MUST(tn_thread_resume(&other->thread) == TN_OK);
        }
        MUST(tn_mutex_unlock(&suspend_lock) == TN_OK);
    } else {
        tn_thread_set_priority(&other->thread, 20 + draw(s, 200));
    }
    unpin(other);
}

static void *live_on(void *arg);

/* False: there was no memory, or the slot was in use. */
static bool create(struct slot *other, uint64_t seed)
{
    struct tn_thread_attr attr = {.name = "storm", .stack_size = STACK};
    int users = FREE;

    if (!__atomic_compare_exchange_n(&other->users, &users, TAKEN, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST)) {
        return false;
    }
    MUST(tn_mutex_lock(&heap_lock) == TN_OK);
    other->stack = tn_heap_memalign(&heap, TN_STACK_ALIGN, STACK);
    MUST(tn_mutex_unlock(&heap_lock) == TN_OK);
    MUST(other->stack != NULL);
    other->random = seed;
    other->cancellable = false;
    attr.stack = other->stack;
    attr.prio = 20 + (uint32_t)(seed >> 8) % 200;
    attr.slice_ns = seed % 3 == 0 ? 50000 : 0;
    attr.cooperative = seed % 31 == 0;
    attr.suspended = true;
    ADD(live, 1);
    ADD(created, 1);
    MUST(tn_thread_create(&other->thread, &attr, live_on, other) == TN_OK);
    /* Only now may others look at it: suspended, it cannot be joined before. */
    SET(other->users, 0);
    MUST(tn_thread_resume(&other->thread) == TN_OK);
    return true;
}

/* Join the thread of the slot if it has ended, or soon does; its memory is free then. */
static bool reap(struct slot *other, struct slot *s, uint64_t deadline)
{
    int users = 0;
    int code;

    if (other == s || !__atomic_compare_exchange_n(&other->users, &users, TAKEN, false,
                                                   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        return false;
    }
    code = tn_thread_join(&other->thread, NULL, deadline);
    if (code == TN_ETIMEDOUT) {
        SET(other->users, 0);
        return false;
    }
    MUST(code == TN_OK);
    MUST(tn_mutex_lock(&heap_lock) == TN_OK);
    MUST(tn_heap_free(&heap, other->stack) == TN_OK);
    MUST(tn_mutex_unlock(&heap_lock) == TN_OK);
    SET(other->users, FREE);
    return true;
}

static void populate(struct slot *s)
{
    struct slot *other = &slots[draw(s, STORM_THREADS)];

    if (GET(stopping) || GET(other->users) >= 0) {
        reap(other, s, soon(s));
    } else {
        create(other, s->random ^ (uint64_t)(other - slots) << 40);
    }
}

static void *live_on(void *arg)
{
    static void (*const what[])(struct slot *) = {
        use_mutexes, use_mutexes, use_units, use_flow, use_queue, use_rwlock, use_event,
        use_time,    use_float,   cancel,    cancel,   meddle,    populate,   populate};
    struct slot *s = arg;

    while (!GET(stopping) && (draw(s, 100) != 0 || GET(live) < FIRST)) {
        what[draw(s, sizeof(what) / sizeof(what[0]))](s);
        if (ADD(ops, 1) >= STORM_OPS) {
            SET(stopping, true);
        }
    }
    ADD(live, -1);
    return s;
}

static void alarm_gives(struct tn_alarm *alarm)
{
    (void)alarm;
    ADD(given, 1);
    tn_sem_give(&flow);
    tn_event_set(&event, 2);
}

static void watch(struct tn_alarm *alarm)
{
    (void)alarm;
    if (GET(ops) == seen) {
        printf("storm: nobody does anything; live %lu\n", (unsigned long)GET(live));
        for (struct tn_thread *t = tn_thread_all(); t != NULL; t = t->all[0]) {
            printf("storm: %s state %u waits %p mutex %p\n", t->name, t->state, (void *)t->waitq,
                   (void *)t->blocked_on);
        }
        exit(1);
    }
    seen = GET(ops);
}

/* Wait for all; then there must be nothing left. */
static void end(void)
{
    uint64_t message[2];
    uint32_t threads = 0;

    while (!GET(stopping)) {
        tn_sleep(1000000);
    }
    for (uint32_t i = 0; i < STORM_THREADS; i++) {
        while (GET(slots[i].users) != FREE) {
            /* Who holds it may be less urgent than this. */
            if (!reap(&slots[i], NULL, tn_time_ticks() + 20000)) {
                tn_sleep(100000);
            }
            ADD(ops, 1); /* for the watchdog */
        }
    }
    for (int i = 0; i < ALARMS; i++) {
        tn_alarm_stop(&alarms[i]);
    }
    tn_alarm_stop(&watchdog);
    while (tn_queue_receive(&queue, message, 0) == TN_OK) {
        received++;
    }
    for (struct tn_thread *t = tn_thread_all(); t != NULL; t = t->all[0]) {
        threads += strcmp(t->name, "storm") == 0;
    }
    MUST(threads == 0 && live == 0);
    MUST(given == taken + tn_sem_count(&flow));
    MUST(sent == received);
    MUST(tn_sem_count(&units) == UNITS && inside == 0 && readers == 0 && writers == 0);
    MUST(tn_timerq_refresh(&tn_timers, tn_time_ticks()) == TN_TIMERQ_NEVER);
    MUST(tn_waitq_empty(&units.waiters) && tn_waitq_empty(&flow.waiters));
    MUST(tn_waitq_empty(&event.waiters) && tn_waitq_empty(&rwlock.waiters));
    for (int i = 0; i < MUTEXES; i++) {
        MUST(tn_mutex_owner(&mutexes[i]) == NULL && tn_waitq_empty(&mutexes[i].waiters));
    }
    MUST(tn_heap_check(&heap, arena) == TN_OK);
    MUST(heap.used == 0);
}

int main(void)
{
    uint64_t now = tn_time_ticks();

    tn_heap_init(&heap);
    MUST(tn_heap_add(&heap, arena, sizeof(arena)) == TN_OK);
    tn_queue_init(&queue, buffer, 16, CAPACITY);
    for (int i = 0; i < ALARMS; i++) {
        tn_alarm_init(&alarms[i], alarm_gives);
        tn_alarm_start(&alarms[i], now + 1000, 30000 + 777u * (uint32_t)i);
    }
    tn_alarm_init(&watchdog, watch);
    tn_alarm_start(&watchdog, now + tn_time_to_ticks(WATCH_NS), tn_time_to_ticks(WATCH_NS));
    for (uint32_t i = 0; i < STORM_THREADS; i++) {
        slots[i].users = FREE;
    }
    tn_sched_lock();
    for (uint32_t i = 0; i < FIRST; i++) {
        create(&slots[i], 12345 + i * 6364136223846793005ull);
    }
    tn_sched_unlock();
    end();
    printf("storm: %s, %lu threads, %lu timeouts, %lu cancelled\n",
           ops >= STORM_OPS ? "all operations done" : "too few operations", (unsigned long)created,
           (unsigned long)timeouts, (unsigned long)cancelled);
    return 0;
}
