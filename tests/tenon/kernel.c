/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of the kernel one by one: order, inheritance, errors, time.  Prints "ok" at the end. */
#include <stdio.h>
#include <string.h>
#include <tn/alarm.h>
#include <tn/barrier.h>
#include <tn/blocks.h>
#include <tn/irq.h>
#include <tn/mutex.h>
#include <tn/sem.h>
#include <tn/thread.h>
#include <tn/time.h>

#include "must.h"

#define STACK 4096

/* Of the periodic alarm; tests/test_tenon.py has a run with 10^6, of which none may come late. */
#ifndef PERIODS
#define PERIODS 10000
#endif
#define ALL 1000000

static TN_ALIGNED(16) char stacks[4][STACK];
static struct tn_thread threads[4];
static char trace[64];
static struct tn_sem sem, sem_high;
static struct tn_mutex mutex, second;

static void note(char c)
{
    size_t n = strlen(trace);

    trace[n] = c;
    trace[n + 1] = '\0';
}

static void start(int i, uint32_t prio, void *(*entry)(void *))
{
    const struct tn_thread_attr attr = {
        .name = "t", .stack = stacks[i], .stack_size = STACK, .prio = prio};

    MUST(tn_thread_create(&threads[i], &attr, entry, (void *)(uintptr_t)i) == TN_OK);
}

static void join(int i)
{
    MUST(tn_thread_join(&threads[i], NULL, TN_FOREVER) == TN_OK);
}

static void *taker(void *arg)
{
    MUST(tn_sem_take(&sem) == TN_OK);
    note((char)('0' + (uintptr_t)arg));
    return NULL;
}

/* The most urgent waiter first, the longest waiting among equals. */
static void order(void)
{
    trace[0] = '\0';
    tn_sem_init(&sem, 0, 10);
    start(0, 100, taker);
    start(1, 90, taker);
    start(2, 100, taker);
    start(3, 80, taker);
    for (int i = 0; i < 4; i++) {
        tn_sem_give(&sem);
    }
    MUST(strcmp(trace, "3102") == 0);
    for (int i = 0; i < 4; i++) {
        join(i);
    }
    for (int i = 0; i < 10; i++) {
        MUST(tn_sem_give(&sem) == TN_OK);
    }
    MUST(tn_sem_give(&sem) == TN_EOVERFLOW);
}

static void *low(void *arg)
{
    (void)arg;
    MUST(tn_mutex_lock(&mutex) == TN_OK);
    note('l');
    tn_sem_give(&sem);
    MUST(threads[0].run.level == 50);
    note('L');
    MUST(tn_mutex_unlock(&mutex) == TN_OK);
    MUST(threads[0].run.level == 140);
    note('e');
    return NULL;
}

static void *middle(void *arg)
{
    (void)arg;
    tn_sem_take(&sem);
    MUST(tn_mutex_lock(&second) == TN_OK);
    tn_sem_give(&sem_high);
    MUST(threads[1].run.level == 50);
    MUST(tn_mutex_lock(&mutex) == TN_OK);
    note('m');
    MUST(tn_mutex_unlock(&mutex) == TN_OK);
    MUST(tn_mutex_unlock(&second) == TN_OK);
    return NULL;
}

static void *high(void *arg)
{
    (void)arg;
    tn_sem_take(&sem_high);
    MUST(tn_mutex_lock(&second) == TN_OK);
    note('h');
    MUST(tn_mutex_unlock(&second) == TN_OK);
    return NULL;
}

/* high waits for middle, which waits for low: low runs at high's priority. */
static void inheritance(void)
{
    trace[0] = '\0';
    tn_mutex_init(&mutex, TN_MUTEX_INHERIT, 0);
    tn_mutex_init(&second, TN_MUTEX_INHERIT, 0);
    tn_sem_init(&sem, 0, 10);
    tn_sem_init(&sem_high, 0, 10);
    start(1, 100, middle);
    start(2, 50, high);
    start(0, 140, low);
    MUST(trace[0] == '\0');
    join(0);
    join(1);
    join(2);
    MUST(strcmp(trace, "lLmhe") == 0);
}

static void errors(void)
{
    struct tn_thread_attr attr = {.stack = stacks[0], .stack_size = STACK, .prio = 300};

    MUST(tn_thread_create(&threads[0], &attr, low, NULL) == TN_EINVAL);
    attr.prio = 1;
    attr.stack_size = 100;
    MUST(tn_thread_create(&threads[0], &attr, low, NULL) == TN_EINVAL);
    tn_mutex_init(&mutex, TN_MUTEX_INHERIT, 0);
    MUST(tn_mutex_unlock(&mutex) == TN_EPERM);
    MUST(tn_mutex_lock(&mutex) == TN_OK);
    MUST(tn_mutex_lock(&mutex) == TN_EDEADLK);
    MUST(tn_mutex_unlock(&mutex) == TN_OK);
    MUST(tn_mutex_unlock(&mutex) == TN_EPERM);
    tn_mutex_init(&mutex, TN_MUTEX_RECURSIVE, 0);
    MUST(tn_mutex_lock(&mutex) == TN_OK && tn_mutex_lock(&mutex) == TN_OK);
    MUST(tn_mutex_unlock(&mutex) == TN_OK && tn_mutex_unlock(&mutex) == TN_OK);
    MUST(tn_mutex_unlock(&mutex) == TN_EPERM);
    tn_mutex_init(&mutex, TN_MUTEX_CEILING, 60);
    MUST(tn_mutex_lock(&mutex) == TN_OK);
    MUST(tn_thread_self()->run.level == 60);
    MUST(tn_mutex_unlock(&mutex) == TN_OK);
    MUST(tn_thread_self()->run.level == 128);
    MUST(tn_thread_join(tn_thread_self(), NULL, TN_FOREVER) == TN_EDEADLK);
}

static void *dies_with_mutex(void *arg)
{
    (void)arg;
    MUST(tn_mutex_lock(&mutex) == TN_OK);
    return NULL;
}

static void robust(void)
{
    tn_mutex_init(&mutex, TN_MUTEX_ROBUST, 0);
    start(0, 100, dies_with_mutex);
    join(0);
    MUST(tn_mutex_lock(&mutex) == TN_EOWNERDEAD);
    MUST(tn_mutex_repair(&mutex) == TN_OK);
    MUST(tn_mutex_unlock(&mutex) == TN_OK);
    start(0, 100, dies_with_mutex);
    join(0);
    MUST(tn_mutex_lock(&mutex) == TN_EOWNERDEAD);
    MUST(tn_mutex_unlock(&mutex) == TN_OK);
    MUST(tn_mutex_lock(&mutex) == TN_ENOTRECOVERABLE);
}

static volatile bool turn_over;
static volatile uint64_t turns[2];

static void *spinner(void *arg)
{
    while (!turn_over) {
        turns[(uintptr_t)arg]++;
    }
    return NULL;
}

static void round_robin(void)
{
    start(0, 140, spinner);
    start(1, 140, spinner);
    tn_thread_set_slice(&threads[0], 1000000);
    tn_thread_set_slice(&threads[1], 1000000);
    tn_sleep(50000000);
    turn_over = true;
    join(0);
    join(1);
    MUST(turns[0] > 0 && turns[1] > 0);
    MUST(turns[0] < 2 * turns[1] && turns[1] < 2 * turns[0]);
}

static uint64_t fired, first_ticks, last_ticks;

static void on_grid(struct tn_alarm *alarm)
{
    (void)alarm;
    last_ticks = tn_time_ticks();
    fired++;
}

/* A periodic alarm stays on its grid. */
static void no_drift(void)
{
    static struct tn_alarm alarm;
    uint64_t period = 6250;

    tn_alarm_init(&alarm, on_grid);
    first_ticks = tn_time_ticks() + period;
    tn_alarm_start(&alarm, first_ticks, period);
    while (fired + alarm.missed < PERIODS) {
        tn_sleep(10000000);
    }
    tn_alarm_stop(&alarm);
    if (PERIODS == ALL) {
        MUST(alarm.missed == 0);
        MUST((last_ticks - first_ticks) % period < period / 100);
    }
    MUST(alarm.timer.deadline == first_ticks + (fired + alarm.missed) * period);
}

static void sleeping(void)
{
    uint64_t begin = tn_time_now();

    tn_sleep(2000000);
    MUST(tn_time_now() - begin >= 2000000);
    tn_sem_init(&sem, 0, 1);
    begin = tn_time_now();
    MUST(tn_sem_take_until(&sem, tn_time_to_ticks(begin + 1000000)) == TN_ETIMEDOUT);
    MUST(tn_time_now() - begin >= 1000000);
}

static void *locked(void *arg)
{
    (void)arg;
    note('x');
    return NULL;
}

static void scheduler_lock(void)
{
    trace[0] = '\0';
    tn_sched_lock();
    start(0, 10, locked);
    MUST(trace[0] == '\0');
    tn_sched_unlock();
    MUST(strcmp(trace, "x") == 0);
    join(0);
}

/* Who is woken while interrupts are masked runs when they no longer are. */
static void masked(void)
{
    uint64_t daif;

    trace[0] = '\0';
    tn_sem_init(&sem, 0, 1);
    start(0, 10, taker);
    daif = tn_irq_mask();
    tn_sem_give(&sem);
    MUST(trace[0] == '\0');
    tn_irq_restore(daif);
    tn_isb();
    MUST(strcmp(trace, "0") == 0);
    join(0);
}

static struct tn_blocks blocks;

static void *block_waiter(void *arg)
{
    void *block = NULL;

    (void)arg;
    MUST(tn_blocks_alloc(&blocks, &block, TN_FOREVER) == TN_OK);
    MUST(block != NULL);
    note('b');
    MUST(tn_blocks_free(&blocks, block) == TN_OK);
    return NULL;
}

static void block_pools(void)
{
    static uint64_t memory[64];
    void *block[4];
    void *none;

    trace[0] = '\0';
    MUST(tn_blocks_init(&blocks, memory, sizeof(memory), 0) == TN_EINVAL);
    MUST(tn_blocks_init(&blocks, memory, sizeof(memory), 128) == TN_OK);
    for (int i = 0; i < 4; i++) {
        MUST(tn_blocks_alloc(&blocks, &block[i], 0) == TN_OK);
    }
    MUST(tn_blocks_alloc(&blocks, &none, 0) == TN_ENOMEM);
    MUST(tn_blocks_alloc(&blocks, &none, tn_time_ticks() + 1000) == TN_ETIMEDOUT);
    start(0, 10, block_waiter);
    MUST(trace[0] == '\0');
    MUST(tn_blocks_free(&blocks, block[2]) == TN_OK);
    MUST(strcmp(trace, "b") == 0);
    join(0);
    MUST(tn_blocks_free(&blocks, &none) == TN_EINVAL);
    MUST(tn_blocks_alloc(&blocks, &none, 0) == TN_OK && none == block[2]);
}

int main(void)
{
    tn_thread_set_priority(tn_thread_self(), 128);
    tn_thread_set_affinity(tn_thread_main(), 1); /* who runs when is a matter of one CPU here */
    order();
    inheritance();
    errors();
    robust();
    round_robin();
    no_drift();
    sleeping();
    scheduler_lock();
    masked();
    block_pools();
    puts("ok");
    return 0;
}
