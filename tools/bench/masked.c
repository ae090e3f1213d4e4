/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The longest time for which the kernel masks interrupts, as it measures itself (TN_MASK_WATCH),
 * under loads each of which is the worst for some part of it.  Prints for each a line "masked:
 * name, longest, address that ended it".
 */
#include <stdio.h>
#include <tn/alarm.h>
#include <tn/cond.h>
#include <tn/event.h>
#include <tn/maskwatch.h>
#include <tn/mutex.h>
#include <tn/pmu.h>
#include <tn/queue.h>
#include <tn/sem.h>
#include <tn/thread.h>
#include <tn/time.h>

#define THREADS 200
#define STACK 2048
#define ALARMS 10000
#define CHAIN 40

static struct tn_thread threads[THREADS];
static TN_ALIGNED(16) char stacks[THREADS][STACK];
static struct tn_alarm alarms[ALARMS];
static struct tn_sem sem = TN_SEM_INIT(0, TN_SEM_MAX);
static struct tn_event event = TN_EVENT_INIT;
static struct tn_mutex mutexes[CHAIN];
static struct tn_queue queue;
static uint64_t buffer[4];
static struct tn_mutex mutex = TN_MUTEX_INIT;
static struct tn_cond cond = TN_COND_INIT;
static bool over;
static uint64_t seed = 99;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(seed >> 33) % below;
}

static void start(uint32_t i, uint32_t prio, void *(*entry)(void *))
{
    const struct tn_thread_attr attr = {
        .name = "masked", .stack = stacks[i], .stack_size = STACK, .prio = prio};

    tn_thread_create(&threads[i], &attr, entry, (void *)(uintptr_t)i);
}

static void join_all(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        tn_thread_join(&threads[i], NULL, TN_FOREVER);
    }
}

static void expired(struct tn_alarm *alarm)
{
    (void)alarm;
}

/* Deadlines at random, all over the queue's levels: slots that must be drained. */
static void random_timers(void)
{
    uint64_t now = tn_time_ticks();

    for (uint32_t i = 0; i < ALARMS; i++) {
        tn_alarm_start(&alarms[i], now + 60000 + draw(4000000), 50000 + draw(2000000));
    }
    tn_sleep(100000000);
    for (uint32_t i = 0; i < ALARMS; i++) {
        tn_alarm_stop(&alarms[i]);
    }
}

/* All at once, in ascending and in random order. */
static void timers_at_once(void)
{
    uint64_t now = tn_time_ticks();

    for (uint32_t i = 0; i < ALARMS; i++) {
        tn_alarm_start(&alarms[i], now + 3000000 + (i % 2 ? i : draw(1000)), 0);
    }
    tn_sleep(100000000);
}

/* Waiters of 200 priorities, of which one after the other comes in the middle. */
static void *wait_sem(void *arg)
{
    (void)arg;
    while (!over) {
        tn_sem_take_until(&sem, tn_time_ticks() + 5000 + draw(50000));
    }
    return NULL;
}

static void many_waiters(void)
{
    over = false;
    for (uint32_t i = 0; i < THREADS; i++) {
        start(i, 20 + i, wait_sem);
    }
    for (int i = 0; i < 3000; i++) {
        tn_sem_give(&sem);
        tn_sleep(2000);
        tn_thread_set_priority(&threads[draw(THREADS)], 20 + draw(200));
    }
    over = true;
    join_all(THREADS);
}

static void *wait_event(void *arg)
{
    uint32_t flag = 1u << (uintptr_t)arg % 16;

    while (!over) {
        tn_event_wait(&event, flag, TN_EVENT_CLEAR, TN_FOREVER, NULL);
    }
    return NULL;
}

static void events(void)
{
    over = false;
    for (uint32_t i = 0; i < THREADS; i++) {
        start(i, 20 + i % 200, wait_event);
    }
    for (int i = 0; i < 500; i++) {
        tn_event_set(&event, 1u << draw(17));
    }
    over = true;
    for (int i = 0; i < 2 * THREADS; i++) {
        tn_event_set(&event, 0xffff);
    }
    join_all(THREADS);
}

/* Each owns a mutex and waits for the next one's: a change goes along all of them. */
static void *link(void *arg)
{
    uint32_t i = (uint32_t)(uintptr_t)arg;

    tn_mutex_lock(&mutexes[i]);
    if (i == 0) {
        tn_sem_take(&sem);
    } else {
        tn_mutex_lock(&mutexes[i - 1]);
        tn_mutex_unlock(&mutexes[i - 1]);
    }
    tn_mutex_unlock(&mutexes[i]);
    return NULL;
}

static void chain(void)
{
    tn_sem_init(&sem, 0, TN_SEM_MAX);
    for (uint32_t i = 0; i < CHAIN; i++) {
        tn_mutex_init(&mutexes[i], TN_MUTEX_INHERIT, 0);
    }
    for (uint32_t i = 0; i < CHAIN; i++) {
        start(i, 200 - i, link);
    }
    for (int i = 0; i < 50; i++) {
        tn_thread_set_priority(&threads[CHAIN - 1], 20 + draw(150));
    }
    tn_sem_give(&sem);
    join_all(CHAIN);
}

static void *converse(void *arg)
{
    uint64_t message[2] = {(uintptr_t)arg, 0};

    for (int i = 0; i < 50; i++) {
        tn_queue_send(&queue, message, tn_time_ticks() + 2000);
        tn_mutex_lock(&mutex);
        if (i % 3) {
            tn_cond_wait(&cond, &mutex, tn_time_ticks() + draw(3000));
        } else {
            tn_cond_broadcast(&cond);
        }
        tn_mutex_unlock(&mutex);
        tn_queue_receive(&queue, message, tn_time_ticks() + draw(3000));
    }
    return NULL;
}

static void mixture(void)
{
    tn_queue_init(&queue, buffer, 16, 2);
    for (uint32_t i = 0; i < THREADS; i++) {
        start(i, 20 + i, converse);
    }
    join_all(THREADS);
}

static void measure(const char *name, void (*load)(void))
{
    tn_mask_watch.longest = 0;
    load();
    printf("masked: %s, %u, %#lx\n", name, (unsigned)tn_mask_watch.longest,
           (unsigned long)tn_mask_watch.where);
}

int main(void)
{
    tn_pmu_start();
    for (uint32_t i = 0; i < ALARMS; i++) {
        tn_alarm_init(&alarms[i], expired);
    }
    measure("10,000 periodic timers of random periods", random_timers);
    measure("10,000 timers due at once", timers_at_once);
    measure("200 waiters of 200 priorities on a semaphore", many_waiters);
    measure("200 waiters for event flags", events);
    measure("priority inheritance along 40 owners", chain);
    measure("queues, mutexes and condition variables, 200 threads", mixture);
    return 0;
}
