/* SPDX-License-Identifier: Apache-2.0 */
/* An instance of Tenon: two threads that wake each other in time, both with FP registers. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>

static sem_t given;
static volatile double sum;

static void *consumer(void *arg)
{
    for (int i = 0; i < 20; i++) {
        sem_wait(&given);
        sum += 1.5;
    }
    return arg;
}

int main(void)
{
    struct timespec pause = {0, 1000000};
    pthread_t thread;

    sem_init(&given, 0, 0);
    pthread_create(&thread, NULL, consumer, NULL);
    for (int i = 0; i < 20; i++) {
        nanosleep(&pause, NULL);
        sem_post(&given);
        sum += 0.25;
    }
    pthread_join(thread, NULL);
    printf("sum %d\n", (int)(sum * 100));
    return 0;
}
