/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that waits, one that was preempted, and a place for a breakpoint. */
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

static sem_t never;
static volatile unsigned long spins;

__attribute__((noinline)) static void deep(int n)
{
    if (n > 0) {
        deep(n - 1);
    } else {
        sem_wait(&never);
    }
    __asm__ volatile("");
}

static void *waits(void *arg)
{
    deep(2);
    return arg;
}

static void *spinning(void *arg)
{
    for (;;) {
        spins++;
    }
    return arg;
}

__attribute__((noinline)) static void here(void)
{
    __asm__ volatile("");
}

int main(void)
{
    pthread_t waiter, spinner;

    sem_init(&never, 0, 0);
    pthread_create(&waiter, NULL, waits, NULL);
    pthread_create(&spinner, NULL, spinning, NULL);
    pthread_setname_np(waiter, "waiter");
    pthread_setname_np(spinner, "spinner");
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    here();
    return 0;
}
