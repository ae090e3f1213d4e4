/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work under the kernel lock that must not grow with the number of waiters, and what is refused
 * in a handler.  Prints "ok" at the end.
 */
#include <stdio.h>
#include <tn/alarm.h>
#include <tn/event.h>
#include <tn/irq.h>
#include <tn/mutex.h>
#include <tn/queue.h>
#include <tn/sem.h>
#include <tn/thread.h>
#include <tn/time.h>

#include "must.h"

#define WAITERS 200
#define STACK 2048
#define SGI 1

static struct tn_thread threads[WAITERS];
static TN_ALIGNED(16) char stacks[WAITERS][STACK];
static struct tn_event event = TN_EVENT_INIT;
static struct tn_mutex mutex = TN_MUTEX_INIT;
static uint32_t woken, timed_out;
static volatile uint32_t handled;

static void start(uint32_t i, uint32_t prio, void *(*entry)(void *))
{
    const struct tn_thread_attr attr = {
        .name = "waiter", .stack = stacks[i], .stack_size = STACK, .prio = prio};

    MUST(tn_thread_create(&threads[i], &attr, entry, (void *)(uintptr_t)i) == TN_OK);
}

static void join_all(void)
{
    for (uint32_t i = 0; i < WAITERS; i++) {
        MUST(tn_thread_join(&threads[i], NULL, TN_FOREVER) == TN_OK);
    }
}

/* Every third wants a flag of its own kind; some time out, some change the queue meanwhile. */
static void *wait_event(void *arg)
{
    uint32_t i = (uint32_t)(uintptr_t)arg;
    uint64_t deadline = i % 7 == 0 ? tn_time_ticks() + 20 * i : TN_FOREVER;
    uint32_t how = i % 5 == 0 ? TN_EVENT_ALL : 0;
    int code = tn_event_wait(&event, 1u << i % 3, how, deadline, NULL);

    MUST(code == TN_OK || (code == TN_ETIMEDOUT && i % 7 == 0));
    *(code == TN_OK ? &woken : &timed_out) += 1;
    return NULL;
}

static void count_in_handler(void *arg)
{
    (void)arg;
    handled++;
    tn_thread_set_priority(&threads[handled % WAITERS], 20 + handled % 80);
}

static void events(uint32_t levels)
{
    woken = timed_out = 0;
    tn_event_clear(&event, UINT32_MAX);
    for (uint32_t i = 0; i < WAITERS; i++) {
        start(i, 20 + i % levels, wait_event);
    }
    tn_event_set(&event, 8);
    MUST(woken == 0);
    for (uint32_t flag = 0; flag < 3; flag++) {
        tn_event_set(&event, 1u << flag);
        /* All with this flag are awake and have run, as they are more urgent than this. */
        for (uint32_t i = flag; i < WAITERS; i += 3) {
            MUST(threads[i].state == TN_THREAD_ENDED);
        }
    }
    MUST(woken + timed_out == WAITERS);
    join_all();
}

static void *take_one(void *arg)
{
    (void)arg;
    MUST(tn_event_wait(&event, 16, TN_EVENT_CLEAR, TN_FOREVER, NULL) == TN_OK);
    woken++;
    return NULL;
}

/* One set, one taker: the first takes the flag away from those behind it. */
static void cleared(void)
{
    woken = 0;
    for (uint32_t i = 0; i < WAITERS; i++) {
        start(i, 20 + i % 50, take_one);
    }
    for (uint32_t i = 0; i < WAITERS; i++) {
        tn_event_set(&event, 16);
        MUST(woken == i + 1);
    }
    join_all();
}

/* An interrupt is let in while a set looks at those who wait for something else. */
static void interrupted(void)
{
    uint32_t before;
    struct tn_alarm alarm;

    (void)alarm;
    MUST(tn_irq_attach(SGI, count_in_handler, NULL) == TN_OK);
    MUST(tn_irq_enable(SGI) == TN_OK);
    for (uint32_t i = 0; i < WAITERS; i++) {
        start(i, 20 + i % 50, take_one);
    }
    before = handled;
    for (int i = 0; i < 300; i++) {
        uint64_t daif = tn_irq_mask();

        MUST(tn_irq_pend(SGI) == TN_OK);
        tn_irq_restore(daif);
        tn_event_set(&event, 8);
    }
    MUST(handled == before + 300);
    woken = 0;
    for (uint32_t i = 0; i < WAITERS; i++) {
        tn_event_set(&event, 16);
    }
    MUST(woken == WAITERS);
    join_all();
}

static int lock_code, try_code, unlock_code, wait_code, take_code, join_code;

static void refused_in_handler(void *arg)
{
    static struct tn_sem none = TN_SEM_INIT(0, 1);

    (void)arg;
    lock_code = tn_mutex_lock(&mutex);
    try_code = tn_mutex_try(&mutex);
    unlock_code = tn_mutex_unlock(&mutex);
    wait_code = tn_event_wait(&event, 1, 0, TN_FOREVER, NULL);
    take_code = tn_sem_take(&none);
    join_code = tn_thread_join(&threads[0], NULL, TN_FOREVER);
}

static void handlers(void)
{
    MUST(tn_irq_detach(SGI) == TN_OK);
    MUST(tn_irq_attach(SGI, refused_in_handler, NULL) == TN_OK);
    MUST(tn_irq_enable(SGI) == TN_OK);
    tn_event_clear(&event, UINT32_MAX);
    start(0, 254, take_one);
    for (int owned = 0; owned < 2; owned++) {
        lock_code = try_code = unlock_code = wait_code = take_code = join_code = TN_OK;
        MUST(tn_irq_pend(SGI) == TN_OK);
        tn_sleep(100000);
        MUST(lock_code == TN_EPERM && try_code == TN_EPERM && unlock_code == TN_EPERM);
        MUST(wait_code == TN_EPERM && take_code == TN_EPERM && join_code == TN_EPERM);
        MUST(tn_mutex_owner(&mutex) == (owned ? tn_thread_self() : NULL));
        if (!owned) {
            MUST(tn_mutex_lock(&mutex) == TN_OK);
        }
    }
    MUST(tn_mutex_unlock(&mutex) == TN_OK);
    tn_event_set(&event, 16);
    MUST(tn_thread_join(&threads[0], NULL, TN_FOREVER) == TN_OK);
}

static void *dies_with_it(void *arg)
{
    (void)arg;
    MUST(tn_mutex_lock(&mutex) == TN_OK);
    return NULL;
}

static void *learns(void *arg)
{
    (void)arg;
    MUST(tn_mutex_lock(&mutex) == TN_ENOTRECOVERABLE);
    woken++;
    return NULL;
}

/* All who wait for a robust mutex that nobody repaired learn it. */
static void given_up(void)
{
    woken = 0;
    tn_mutex_init(&mutex, TN_MUTEX_ROBUST, 0);
    start(0, 20, dies_with_it);
    MUST(tn_thread_join(&threads[0], NULL, TN_FOREVER) == TN_OK);
    MUST(tn_mutex_lock(&mutex) == TN_EOWNERDEAD);
    for (uint32_t i = 0; i < WAITERS; i++) {
        start(i, 20 + i % 50, learns);
    }
    MUST(tn_mutex_unlock(&mutex) == TN_OK);
    MUST(woken == WAITERS);
    join_all();
}

static void *joiner(void *arg)
{
    (void)arg;
    MUST(tn_thread_join(&threads[0], NULL, TN_FOREVER) == TN_OK);
    return NULL;
}

static void joined_once(void)
{
    tn_event_clear(&event, UINT32_MAX);
    start(0, 20, take_one);
    start(1, 20, joiner);
    MUST(tn_thread_join(&threads[0], NULL, tn_time_ticks() + 1000) == TN_EINVAL);
    tn_event_set(&event, 16);
    MUST(tn_thread_join(&threads[1], NULL, TN_FOREVER) == TN_OK);
}

int main(void)
{
    events(1);
    events(10);
    events(100);
    cleared();
    interrupted();
    handlers();
    given_up();
    joined_once();
    puts("ok");
    return 0;
}
