/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many threads of many priorities that do random things to shared objects, with what must hold
 * checked all the time: semaphores lose no unit, mutexes have one owner, messages arrive once
 * and in order for each sender, no wait outlives its deadline by much, every thread comes back,
 * floating-point registers are a thread's own.
 */
#include <stdio.h>
#include <tn/alarm.h>
#include <tn/barrier.h>
#include <tn/cond.h>
#include <tn/event.h>
#include <tn/mutex.h>
#include <tn/queue.h>
#include <tn/rwlock.h>
#include <tn/sem.h>
#include <tn/thread.h>
#include <tn/time.h>

#include "must.h"

#define THREADS 100
#define STACK 4096
#ifndef ROUNDS
#define ROUNDS 2000
#endif
#define MUTEXES 8
#define UNITS 3
#define CAPACITY 16

struct worker {
    struct tn_thread thread;
    uint64_t random;
    uint64_t done;
    uint64_t sent;     /* sequence number of the last message */
    uint64_t timeouts; /* waits that ended by their deadline */
};

static struct worker workers[THREADS];
static TN_ALIGNED(16) char stacks[THREADS][STACK];
static struct tn_mutex mutexes[MUTEXES];
static struct tn_thread *owners[MUTEXES];
static struct tn_sem sem = TN_SEM_INIT(UNITS, UNITS);
static int inside; /* threads that hold a unit */
static struct tn_queue queue;
static uint64_t buffer[CAPACITY * 2];
static uint64_t last[THREADS]; /* number of the last message that came from each */
static uint64_t received, sent;
static struct tn_mutex receive_lock = TN_MUTEX_INIT;
static struct tn_rwlock rwlock = TN_RWLOCK_INIT;
static int readers, writers;
static struct tn_cond cond = TN_COND_INIT;
static struct tn_mutex cond_lock = TN_MUTEX_INIT;
static uint64_t produced, consumed;
static struct tn_event event = TN_EVENT_INIT;
static struct tn_alarm alarms[4];

static uint32_t draw(struct worker *w, uint32_t below)
{
    w->random = w->random * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(w->random >> 33) % below;
}

static uint64_t soon(struct worker *w)
{
    return tn_time_ticks() + draw(w, 20000);
}

static int add(int *count, int n)
{
    return __atomic_add_fetch(count, n, __ATOMIC_RELAXED);
}

/* Give others a chance to come in between. */
static void dawdle(struct worker *w)
{
    switch (draw(w, 6)) {
    case 0:
        tn_thread_yield();
        break;
    case 1:
        tn_sleep(draw(w, 20000));
        break;
    default:
        for (volatile uint32_t i = draw(w, 200); i > 0; i--) {}
    }
}

static void use_mutexes(struct worker *w)
{
    uint32_t first = draw(w, MUTEXES);
    uint32_t second = first + draw(w, MUTEXES - first);
    int code =
        draw(w, 2) ? tn_mutex_lock(&mutexes[first]) : tn_mutex_lock_until(&mutexes[first], soon(w));

    if (code == TN_ETIMEDOUT) {
        w->timeouts++;
        return;
    }
    MUST(code == TN_OK);
    MUST(owners[first] == NULL);
    owners[first] = &w->thread;
    if (second != first && tn_mutex_lock_until(&mutexes[second], soon(w)) == TN_OK) {
        MUST(owners[second] == NULL);
        owners[second] = &w->thread;
        dawdle(w);
        MUST(owners[second] == &w->thread);
        owners[second] = NULL;
        MUST(tn_mutex_unlock(&mutexes[second]) == TN_OK);
    }
    dawdle(w);
    MUST(owners[first] == &w->thread);
    MUST(tn_mutex_lock(&mutexes[first]) == TN_EDEADLK);
    owners[first] = NULL;
    MUST(tn_mutex_unlock(&mutexes[first]) == TN_OK);
}

static void use_sem(struct worker *w)
{
    int code = draw(w, 2) ? tn_sem_take(&sem) : tn_sem_take_until(&sem, soon(w));

    if (code == TN_ETIMEDOUT) {
        w->timeouts++;
        return;
    }
    MUST(code == TN_OK);
    MUST(add(&inside, 1) <= UNITS);
    dawdle(w);
    add(&inside, -1);
    MUST(tn_sem_give(&sem) == TN_OK);
}

static void use_queue(struct worker *w)
{
    uint64_t message[2];

    if (draw(w, 2)) {
        message[0] = (uint64_t)(w - workers);
        message[1] = w->sent + 1;
        if (tn_queue_send(&queue, message, draw(w, 2) ? soon(w) : 0) == TN_OK) {
            w->sent++;
            __atomic_fetch_add(&sent, 1, __ATOMIC_RELAXED);
        }
        return;
    }
    tn_mutex_lock(&receive_lock);
    if (tn_queue_receive(&queue, message, draw(w, 2) ? soon(w) : 0) == TN_OK) {
        MUST(message[0] < THREADS);
        MUST(message[1] == last[message[0]] + 1);
        last[message[0]] = message[1];
        received++;
    }
    tn_mutex_unlock(&receive_lock);
}

static void use_rwlock(struct worker *w)
{
    if (draw(w, 3)) {
        if (tn_rwlock_read(&rwlock, draw(w, 2) ? TN_FOREVER : soon(w)) != TN_OK) {
            return;
        }
        add(&readers, 1);
        MUST(__atomic_load_n(&writers, __ATOMIC_RELAXED) == 0);
        dawdle(w);
        MUST(__atomic_load_n(&writers, __ATOMIC_RELAXED) == 0);
        add(&readers, -1);
    } else {
        if (tn_rwlock_write(&rwlock, draw(w, 2) ? TN_FOREVER : soon(w)) != TN_OK) {
            return;
        }
        MUST(add(&writers, 1) == 1);
        MUST(__atomic_load_n(&readers, __ATOMIC_RELAXED) == 0);
        dawdle(w);
        add(&writers, -1);
    }
    MUST(tn_rwlock_unlock(&rwlock) == TN_OK);
}

static void use_cond(struct worker *w)
{
    MUST(tn_mutex_lock(&cond_lock) == TN_OK);
    if (draw(w, 2)) {
        produced++;
        if (draw(w, 4)) {
            tn_cond_signal(&cond);
        } else {
            tn_cond_broadcast(&cond);
        }
    } else {
        uint64_t deadline = soon(w);
        int code = TN_OK;

        while (consumed == produced && code == TN_OK) {
            code = tn_cond_wait(&cond, &cond_lock, deadline);
        }
        MUST(code == TN_OK || code == TN_ETIMEDOUT);
        MUST(tn_mutex_owner(&cond_lock) == &w->thread);
        if (consumed < produced) {
            consumed++;
        }
    }
    MUST(tn_mutex_unlock(&cond_lock) == TN_OK);
}

static void use_event(struct worker *w)
{
    uint32_t flags = 1u << draw(w, 5);
    uint32_t got = 0;

    if (draw(w, 2)) {
        tn_event_set(&event, flags);
    } else if (tn_event_wait(&event, flags | 1, draw(w, 4), soon(w), &got) == TN_OK) {
        MUST((got & (flags | 1)) != 0);
    }
}

static void use_float(struct worker *w)
{
    double expected = (double)(w - workers) + 0.5;
    double value = expected;

    for (int i = 0; i < 5; i++) {
        __asm__ volatile("" : "+w"(value));
        tn_thread_yield();
        __asm__ volatile("" : "+w"(value));
        for (volatile int spin = 0; spin < 50; spin++) {}
    }
    MUST(value == expected);
}

static void *work(void *arg)
{
    static void (*const what[])(struct worker *) = {use_mutexes, use_sem,   use_queue, use_rwlock,
                                                    use_cond,    use_event, use_float};
    struct worker *w = arg;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        what[draw(w, sizeof(what) / sizeof(what[0]))](w);
        if (draw(w, 50) == 0) {
            tn_thread_set_priority(&w->thread, 20 + draw(w, 200));
        }
        w->done++;
    }
    return w;
}

static void alarm_gives(struct tn_alarm *alarm)
{
    (void)alarm;
    tn_event_set(&event, 2);
    tn_cond_signal(&cond);
}

static void start(uint32_t i, uint64_t seed)
{
    struct worker *w = &workers[i];
    const struct tn_thread_attr attr = {
        .name = "worker",
        .stack = stacks[i],
        .stack_size = STACK,
        .prio = 20 + i % 200,
        .slice_ns = i % 3 == 0 ? 50000 : 0,
        .cooperative = i % 17 == 0,
    };

    w->random = seed + i;
    tn_thread_create(&w->thread, &attr, work, w);
}

int main(void)
{
    uint64_t ops = 0, timeouts = 0, message[2];

    tn_queue_init(&queue, buffer, 16, CAPACITY);
    for (int i = 0; i < 4; i++) {
        tn_alarm_init(&alarms[i], alarm_gives);
        tn_alarm_start(&alarms[i], tn_time_ticks() + 1000, 3000 + 777u * (uint32_t)i);
    }
    tn_sched_lock();
    for (uint32_t i = 0; i < THREADS; i++) {
        start(i, 12345);
    }
    tn_sched_unlock();
    for (uint32_t i = 0; i < THREADS; i++) {
        void *value = NULL;

        MUST(tn_thread_join(&workers[i].thread, &value, TN_FOREVER) == TN_OK);
        MUST(value == &workers[i]);
        MUST(workers[i].done == ROUNDS);
        MUST(tn_thread_stack_unused(&workers[i].thread) > 0);
        ops += workers[i].done;
        timeouts += workers[i].timeouts;
    }
    while (tn_queue_receive(&queue, message, 0) == TN_OK) {
        received++;
    }
    MUST(received == sent);
    MUST(tn_sem_count(&sem) == UNITS);
    MUST(readers == 0 && writers == 0);
    for (int i = 0; i < MUTEXES; i++) {
        MUST(tn_mutex_owner(&mutexes[i]) == NULL);
    }
    printf("stress: %lu operations, %lu timeouts, %lu messages\n", (unsigned long)ops,
           (unsigned long)timeouts, (unsigned long)received);
    return 0;
}
