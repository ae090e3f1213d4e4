/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A producer at a fixed rate and a consumer of a higher priority, with
 * POSIX calls only: the same source builds on any system with threads.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>

#define ITEMS 20
#define PERIOD_NS 1000000
#define NS_PER_S 1000000000

static pthread_mutex_t lock;
static sem_t filled;
static int fifo[ITEMS];
static int made, used;

/* Makes an item every millisecond; the deadline is absolute, so that the rate does not drift. */
static void *produce(void *arg)
{
    struct timespec next;

    (void)arg;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (int i = 0; i < ITEMS; i++) {
        next.tv_nsec += PERIOD_NS;
        if (next.tv_nsec >= NS_PER_S) {
            next.tv_nsec -= NS_PER_S;
            next.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        pthread_mutex_lock(&lock);
        fifo[made++] = i;
        pthread_mutex_unlock(&lock);
        sem_post(&filled);
    }
    return NULL;
}

static void *consume(void *arg)
{
    (void)arg;
    for (int i = 0; i < ITEMS; i++) {
        sem_wait(&filled);
        pthread_mutex_lock(&lock);
        used += fifo[i] == i;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static pthread_t start(int priority, void *(*entry)(void *))
{
    struct sched_param param = {.sched_priority = priority};
    pthread_attr_t attr;
    pthread_t thread;

    pthread_attr_init(&attr);
    pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
    pthread_attr_setschedparam(&attr, &param);
    pthread_create(&thread, &attr, entry, NULL);
    return thread;
}

int main(void)
{
    pthread_mutexattr_t attr;
    pthread_t producer, consumer;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(&lock, &attr);
    sem_init(&filled, 0, 0);
    consumer = start(200, consume);
    producer = start(150, produce);
    pthread_join(producer, NULL);
    pthread_join(consumer, NULL);
    printf("main: %d items made, %d used\n", made, used);
    return 0;
}
