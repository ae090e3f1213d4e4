/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX threads, semaphores, queues, timers and signals, each used once.  Says what happened. */
#include <errno.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int ready;
static sem_t sem;
static volatile int got;

static void handler(int sig)
{
    got = sig;
}

static void *waits(void *arg)
{
    pthread_mutex_lock(&lock);
    while (!ready) {
        pthread_cond_wait(&cond, &lock);
    }
    pthread_mutex_unlock(&lock);
    errno = 5;
    sem_wait(&sem);
    return arg;
}

static void conditions(void)
{
    pthread_t thread;
    void *value;

    sem_init(&sem, 0, 0);
    errno = 0;
    pthread_create(&thread, NULL, waits, (void *)42);
    usleep(1000);
    pthread_mutex_lock(&lock);
    ready = 1;
    pthread_cond_signal(&cond);
    pthread_mutex_unlock(&lock);
    sem_post(&sem);
    pthread_join(thread, &value);
    printf("joined %ld errno %d\n", (long)value, errno);
}

static void cleanup(void *arg)
{
    printf("cleanup %s\n", (char *)arg);
}

static void *is_cancelled(void *arg)
{
    sem_t never;

    sem_init(&never, 0, 0);
    pthread_cleanup_push(cleanup, arg);
    sem_wait(&never);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *sleeps(void *arg)
{
    unsigned left = sleep(100);

    printf("slept, %s, signal %d\n", left > 90 ? "woken" : "not woken", got == SIGUSR1);
    return arg;
}

static void cancellation_and_signals(void)
{
    pthread_t thread;
    sigset_t set;
    void *value;
    int sig;

    pthread_create(&thread, NULL, is_cancelled, "done");
    usleep(1000);
    pthread_cancel(thread);
    pthread_join(thread, &value);
    printf("cancelled %d\n", value == PTHREAD_CANCELED);
    signal(SIGUSR1, handler);
    pthread_create(&thread, NULL, sleeps, NULL);
    usleep(1000);
    pthread_kill(thread, SIGUSR1);
    pthread_join(thread, NULL);
    signal(SIGALRM, handler);
    alarm(1);
    pause();
    printf("alarm %d\n", got == SIGALRM);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR2);
    sigwait(&set, &sig);
    printf("sigwait %d\n", sig == SIGUSR2);
}

static void queues(void)
{
    struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = 16};
    mqd_t mq = mq_open("/queue", O_CREAT | O_RDWR, 0600, &attr);
    char message[16];
    unsigned priority;
    ssize_t size;

    mq_send(mq, "low", 4, 1);
    mq_send(mq, "high", 5, 9);
    size = mq_receive(mq, message, sizeof(message), &priority);
    printf("received %zd %s %u\n", size, message, priority);
    mq_close(mq);
    mq_unlink("/queue");
}

static void in_thread(union sigval value)
{
    got = value.sival_int;
}

static void timers(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD,
                             .sigev_notify_function = in_thread,
                             .sigev_value.sival_int = 77};
    struct itimerspec setting = {.it_value.tv_nsec = 1000000};
    struct timespec ts;
    timer_t timer;

    clock_gettime(CLOCK_REALTIME, &ts);
    ts.tv_nsec += 1000000;
    printf("timed out %d\n", sem_timedwait(&sem, &ts) == -1 && errno == ETIMEDOUT);
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &setting, NULL);
    usleep(5000);
    printf("timer %d\n", got);
    timer_delete(timer);
}

int main(void)
{
    conditions();
    cancellation_and_signals();
    queues();
    timers();
    return 3;
}
