/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX on several CPUs: affinity, signals and cancellation across them, who joins whom. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

#define THREADS 8
#define ROUNDS 200

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;
static volatile int handled;
static volatile int stop;
static sem_t sem, started;
static long counter;

static void handler(int sig)
{
    (void)sig;
    __atomic_fetch_add(&handled, 1, __ATOMIC_RELAXED);
}

static cpu_set_t only(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return set;
}

static void *pinned(void *arg)
{
    cpu_set_t set = only((int)(long)arg);

    CHECK(pthread_setaffinity_np(pthread_self(), sizeof(set), &set) == 0);
    CHECK(sched_getcpu() == (int)(long)arg);
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
        if (i % 50 == 0) {
            pthread_barrier_wait(&barrier);
        }
    }
    CHECK(sched_getcpu() == (int)(long)arg);
    return arg;
}

static void *spin(void *arg)
{
    sem_post(&started);
    while (!stop) {}
    return arg;
}

static void *wait(void *arg)
{
    sem_post(&started);
    for (;;) {
        sem_wait(&sem);
    }
    return arg;
}

static void *nothing(void *arg)
{
    char *memory = malloc(100);

    snprintf(memory, 100, "%p", arg);
    free(memory);
    return arg;
}

static void affinity(int cpus)
{
    pthread_t threads[THREADS];
    cpu_set_t set = only(63);
    void *value;

    CHECK(pthread_setaffinity_np(pthread_self(), sizeof(set), &set) == EINVAL);
    CHECK(pthread_getaffinity_np(pthread_self(), sizeof(set), &set) == 0);
    CHECK(CPU_COUNT(&set) == cpus);
    CHECK(sysconf(_SC_NPROCESSORS_ONLN) == cpus);
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (long i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, pinned, (void *)(i % cpus)) == 0);
    }
    for (long i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], &value) == 0 && value == (void *)(i % cpus));
    }
    CHECK(counter == THREADS * ROUNDS);
}

/* A thread that spins on another CPU has its handler called at once. */
static void signals(int cpus)
{
    cpu_set_t set = only(0);
    pthread_t thread;

    signal(SIGUSR1, handler);
    CHECK(pthread_create(&thread, NULL, spin, NULL) == 0);
    CHECK(pthread_setaffinity_np(pthread_self(), sizeof(set), &set) == 0);
    set = only(cpus - 1);
    CHECK(pthread_setaffinity_np(thread, sizeof(set), &set) == 0);
    while (sem_wait(&started) != 0) {}
    for (int i = 1; i <= 20; i++) {
        CHECK(pthread_kill(thread, SIGUSR1) == 0);
        while (handled < i) {
            usleep(10);
        }
    }
    stop = 1;
    CHECK(pthread_join(thread, NULL) == 0);
}

/* Wherever the thread is on its way to a wait or from it, its cancellation is not lost. */
static void cancel(void)
{
    for (int i = 0; i < 50; i++) {
        pthread_t thread;
        void *value;

        CHECK(pthread_create(&thread, NULL, wait, NULL) == 0);
        while (sem_wait(&started) != 0) {}
        for (int n = i; n > 0; n--) {
            sem_post(&sem);
        }
        CHECK(pthread_cancel(thread) == 0);
        CHECK(pthread_join(thread, &value) == 0 && value == PTHREAD_CANCELED);
    }
}

static void *wait_late(void *arg)
{
    sem_post(&started);
    for (volatile int n = *(int *)arg; n > 0; n--) {}
    sem_wait(&sem);
    return NULL;
}

/* A thread that is preempted anywhere between its last look and its wait is not forgotten. */
static void cancel_preempted(void)
{
    struct sched_param param = {.sched_priority = 200};
    cpu_set_t set = only(0);

    CHECK(pthread_setaffinity_np(pthread_self(), sizeof(set), &set) == 0);
    CHECK(pthread_setschedparam(pthread_self(), SCHED_FIFO, &param) == 0);
    sem_init(&sem, 0, 0);
    for (int i = 0; i < 400; i++) {
        pthread_t thread;
        pthread_attr_t attr;
        void *value;
        struct timespec delay = {.tv_nsec = 2000};

        param.sched_priority = 100;
        pthread_attr_init(&attr);
        pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
        pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
        pthread_attr_setschedparam(&attr, &param);
        CHECK(pthread_create(&thread, &attr, wait_late, &i) == 0);
        while (sem_wait(&started) != 0) {}
        nanosleep(&delay, NULL);
        CHECK(pthread_cancel(thread) == 0);
        CHECK(pthread_join(thread, &value) == 0 && value == PTHREAD_CANCELED);
    }
}

static void detached(void)
{
    for (int i = 0; i < 200; i++) {
        pthread_t thread;

        CHECK(pthread_create(&thread, NULL, nothing, NULL) == 0);
        if (i % 2 == 0) {
            CHECK(pthread_detach(thread) == 0);
        } else {
            CHECK(pthread_join(thread, NULL) == 0);
        }
    }
}

int main(void)
{
    int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);

    sem_init(&sem, 0, 0);
    sem_init(&started, 0, 0);
    affinity(cpus);
    if (cpus > 1) {
        signals(cpus);
    }
    cancel();
    cancel_preempted();
    detached();
    return checked();
}
