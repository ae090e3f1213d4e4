/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thread-Metric's loops (metric.h) over POSIX.  A thread there cannot suspend another: it waits
 * for a semaphore of its own.  Blocks are malloc's, as POSIX has no pools.
 */
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

static pthread_t threads[5];
static bool started[5];
static sem_t gates[5];
static sem_t sem;
static mqd_t queue;
static void (*entries[5])(void *);

static void *enter(void *arg)
{
    entries[(uintptr_t)arg](arg);
    return NULL;
}

static void set_attr(pthread_attr_t *attr, uint32_t priority)
{
    struct sched_param param = {.sched_priority = 255 - (int)priority};

    pthread_attr_init(attr);
    pthread_attr_setinheritsched(attr, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(attr, SCHED_FIFO);
    pthread_attr_setschedparam(attr, &param);
}

static void thread_start(uint32_t n, uint32_t priority, void (*entry)(void *))
{
    pthread_attr_t attr;

    if (!started[n]) {
        started[n] = true;
        entries[n] = entry;
        sem_init(&gates[n], 0, 0);
        set_attr(&attr, priority);
        pthread_create(&threads[n], &attr, enter, (void *)(uintptr_t)n);
    }
}

static void thread_join(uint32_t n)
{
    if (started[n]) {
        pthread_join(threads[n], NULL);
        started[n] = false;
    }
}

static inline void thread_relinquish(void)
{
    sched_yield();
}

static inline void thread_suspend(uint32_t n)
{
    sem_wait(&gates[n]);
}

static inline void thread_resume(uint32_t n)
{
    sem_post(&gates[n]);
}

static inline void queue_send(const uint64_t *message)
{
    mq_send(queue, (const char *)message, 16, 0);
}

static inline void queue_receive(uint64_t *message)
{
    mq_receive(queue, (char *)message, 16, NULL);
}

static inline void sem_get(void)
{
    sem_wait(&sem);
}

static inline void sem_put(void)
{
    sem_post(&sem);
}

static inline void *block_get(void)
{
    return malloc(128);
}

static inline void block_put(void *block)
{
    free(block);
}

#include "metric.h"

int main(void)
{
    struct mq_attr attr = {.mq_maxmsg = 10, .mq_msgsize = 16};
    struct sched_param param = {.sched_priority = 255 - (int)PRIORITY_EQUAL};

    tn_pmu_start();
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &param);
    sem_init(&sem, 0, 0);
    queue = mq_open("/metric", O_CREAT | O_RDWR, 0600, &attr);
    return tn_bench_run(rows, sizeof(rows) / sizeof(rows[0]));
}
