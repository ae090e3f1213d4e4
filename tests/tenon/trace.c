/* SPDX-License-Identifier: Apache-2.0 */
/* Two threads, a semaphore, a mutex that is contended, marks: what test_trace.py looks for. */
#include <pthread.h>
#include <semaphore.h>
#include <time.h>
#include <tn/mark.h>

static sem_t start;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *work(void *arg)
{
    sem_wait(&start);
    pthread_mutex_lock(&mutex);
    tn_trace_mark(7, *(unsigned *)arg);
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

int main(void)
{
    static unsigned values[] = {41, 42};
    pthread_t first, second;

    sem_init(&start, 0, 0);
    pthread_create(&first, NULL, work, &values[0]);
    pthread_create(&second, NULL, work, &values[1]);
    pthread_setname_np(first, "first");
    pthread_setname_np(second, "the second one");
    sem_post(&start);
    sem_post(&start);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    return 0;
}
