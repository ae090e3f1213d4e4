/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks that are set while others wait for them, timers, overruns, deadlines that are over. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define NS 1000000000L
#define DAY 86400

static volatile sig_atomic_t calls;
static sem_t fired;

static void handler(int sig)
{
    (void)sig;
    calls++;
}

static void notified(union sigval value)
{
    calls += value.sival_int;
    sem_post(&fired);
}

static timer_t make(clockid_t clock, int sig)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = sig};
    timer_t timer;

    CHECK(timer_create(clock, &event, &timer) == 0);
    return timer;
}

static int64_t since(const struct timespec *start)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - start->tv_sec) * NS + now.tv_nsec - start->tv_nsec;
}

static void *sleeper(void *arg)
{
    struct timespec until;

    (void)arg;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += DAY;
    CHECK(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL) == 0);
    return NULL;
}

/* A sleeper and a timer wait for tomorrow, another one for a time span: only tomorrow comes. */
static void set_clock(void)
{
    timer_t absolute = make(CLOCK_REALTIME, SIGRTMIN), relative = make(CLOCK_REALTIME, SIGRTMIN);
    struct itimerspec setting = {.it_value = {.tv_sec = DAY}};
    struct timespec now, start;
    pthread_t thread;

    calls = 0;
    CHECK(timer_settime(relative, 0, &setting, NULL) == 0);
    clock_gettime(CLOCK_REALTIME, &now);
    setting.it_value.tv_sec = now.tv_sec + DAY;
    CHECK(timer_settime(absolute, TIMER_ABSTIME, &setting, NULL) == 0);
    CHECK(pthread_create(&thread, NULL, sleeper, NULL) == 0);
    usleep(1000);
    clock_gettime(CLOCK_MONOTONIC, &start);
    now.tv_sec += DAY + 5;
    CHECK(clock_settime(CLOCK_REALTIME, &now) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    usleep(1000);
    CHECK(calls == 1 && since(&start) < NS);
    CHECK(timer_gettime(relative, &setting) == 0 && setting.it_value.tv_sec == DAY - 1);
    CHECK(timer_gettime(absolute, &setting) == 0 && setting.it_value.tv_sec == 0);
    CHECK(timer_delete(absolute) == 0 && timer_delete(relative) == 0);
    CHECK(timer_delete(relative) == -1 && errno == EINVAL);
}

/* While its signal waits, expiries are counted and interrupt nobody, however short the period. */
static void overruns(long period_ns, int least)
{
    timer_t timer = make(CLOCK_MONOTONIC, SIGRTMIN + 1);
    struct itimerspec setting = {.it_value.tv_nsec = period_ns, .it_interval.tv_nsec = period_ns};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    calls = 0;
    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    CHECK(timer_settime(timer, 0, &setting, NULL) == 0);
    usleep(10500);
    CHECK(calls == 0);
    CHECK(sigwaitinfo(&set, NULL) == SIGRTMIN + 1);
    CHECK(timer_getoverrun(timer) >= least && timer_getoverrun(timer) <= least + least / 10);
    CHECK(timer_delete(timer) == 0);
    CHECK(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
}

static void grid(void)
{
    timer_t timer = make(CLOCK_MONOTONIC, SIGRTMIN);
    struct itimerspec setting = {.it_value.tv_nsec = 1000000, .it_interval.tv_nsec = 1000000};

    calls = 0;
    CHECK(timer_settime(timer, 0, &setting, NULL) == 0);
    for (int i = 0; i < 10; i++) {
        pause();
    }
    CHECK(calls == 10 && timer_getoverrun(timer) == 0);
    memset(&setting, 0, sizeof(setting));
    CHECK(timer_settime(timer, 0, &setting, &setting) == 0);
    CHECK(setting.it_interval.tv_nsec == 1000000 && setting.it_value.tv_nsec <= 1000000);
    CHECK(timer_delete(timer) == 0);
}

static void function(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD,
                             .sigev_notify_function = notified,
                             .sigev_value.sival_int = 7};
    struct itimerspec setting = {.it_value.tv_nsec = 1000};
    timer_t timer;

    calls = 0;
    CHECK(sem_init(&fired, 0, 0) == 0);
    CHECK(timer_create(CLOCK_REALTIME, &event, &timer) == 0);
    CHECK(timer_settime(timer, 0, &setting, NULL) == 0);
    CHECK(sem_wait(&fired) == 0 && calls == 7);
    CHECK(timer_delete(timer) == 0);
}

static void over(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
    struct timespec past = {.tv_sec = 1}, wrong = {.tv_nsec = NS};
    timer_t timer = make(CLOCK_REALTIME, SIGRTMIN);
    struct itimerspec setting = {.it_value = past};
    sem_t sem;

    calls = 0;
    CHECK(timer_settime(timer, TIMER_ABSTIME, &setting, NULL) == 0);
    usleep(10);
    CHECK(calls == 1);
    CHECK(timer_delete(timer) == 0);
    CHECK(sem_init(&sem, 0, 0) == 0);
    CHECK(sem_timedwait(&sem, &past) == -1 && errno == ETIMEDOUT);
    CHECK(sem_timedwait(&sem, &wrong) == -1 && errno == EINVAL);
    CHECK(pthread_mutex_lock(&mutex) == 0);
    CHECK(pthread_cond_timedwait(&cond, &mutex, &past) == ETIMEDOUT);
    CHECK(pthread_cond_timedwait(&cond, &mutex, &wrong) == EINVAL);
    CHECK(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &past, NULL) == 0);
    CHECK(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &past, NULL) == EINVAL);
    CHECK(clock_settime(CLOCK_REALTIME, &wrong) == -1 && errno == EINVAL);
    CHECK(clock_settime(CLOCK_MONOTONIC, &past) == -1 && errno == EINVAL);
    CHECK(timer_create((clockid_t)99, NULL, &timer) == -1 && errno == EINVAL);
}

static double seconds(clockid_t clock)
{
    struct timespec now;

    return clock_gettime(clock, &now) == 0 ? (double)now.tv_sec + (double)now.tv_nsec / 1e9 : -1;
}

static void *works(void *arg)
{
    double end = seconds(CLOCK_THREAD_CPUTIME_ID) + 0.02;

    (void)arg;
    CHECK(end < 0.03);
    while (seconds(CLOCK_THREAD_CPUTIME_ID) < end) {}
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    return NULL;
}

/* A thread's clock stands still while the thread sleeps, and is gone with it. */
static void cpu_time(void)
{
    double begin = seconds(CLOCK_THREAD_CPUTIME_ID), mine;
    pthread_t thread;
    clockid_t clock;

    CHECK(pthread_create(&thread, NULL, works, NULL) == 0);
    CHECK(pthread_getcpuclockid(thread, &clock) == 0);
    nanosleep(&(struct timespec){.tv_nsec = 60000000}, NULL);
    mine = seconds(CLOCK_THREAD_CPUTIME_ID) - begin;
    CHECK(seconds(clock) >= 0.02 && seconds(clock) < 0.03 && mine >= 0 && mine < 0.03);
    CHECK(pthread_join(thread, NULL) == 0 && seconds(clock) == -1);
    CHECK(pthread_getcpuclockid(thread, &clock) == ESRCH && pthread_kill(12345, 0) == ESRCH);
    CHECK(timer_delete((timer_t)&thread) == -1 && errno == EINVAL);
}

static volatile int cpu_fired;

static void on_cpu(int signal)
{
    (void)signal;
    cpu_fired++;
}

/* Timers on CPU time: they stand still while the thread, or the program, sleeps. */
static void cpu_timer(clockid_t clock)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 2};
    struct sigaction action = {.sa_handler = on_cpu};
    struct itimerspec value = {.it_value.tv_nsec = 5000000, .it_interval.tv_nsec = 2000000};
    double begin;
    timer_t timer;

    CHECK(sigaction(SIGRTMIN + 2, &action, NULL) == 0);
    CHECK(timer_create(clock, &event, &timer) == 0);
    CHECK(timer_settime(timer, 0, &value, NULL) == 0);
    begin = seconds(clock);
    cpu_fired = 0;
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    CHECK(cpu_fired == 0 && seconds(clock) - begin < 0.004);
    CHECK(timer_gettime(timer, &value) == 0 && value.it_value.tv_nsec > 1000000);
    while (cpu_fired == 0) {}
    CHECK(seconds(clock) - begin >= 0.004999 && seconds(clock) - begin < 0.006);
    while (seconds(clock) - begin < 0.014) {}
    CHECK(cpu_fired == 5); /* 5, 7, 9, 11, 13 ms */
    value = (struct itimerspec){.it_value.tv_nsec = 1};
    CHECK(timer_settime(timer, TIMER_ABSTIME, &value, NULL) == 0); /* a time that is over */
    while (cpu_fired == 5) {}
    CHECK(timer_delete(timer) == 0);
}

/* The clock of a thread that has ended is none. */
static void cpu_timer_of_other(void)
{
    struct itimerspec value = {.it_value.tv_nsec = 10000000};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 2};
    pthread_t thread;
    clockid_t clock;
    timer_t timer;

    cpu_fired = 0;
    CHECK(pthread_create(&thread, NULL, works, NULL) == 0);
    CHECK(pthread_getcpuclockid(thread, &clock) == 0);
    CHECK(timer_create(clock, &event, &timer) == 0);
    CHECK(timer_settime(timer, 0, &value, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(cpu_fired == 1);
    CHECK(timer_settime(timer, 0, &value, NULL) == 0);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    CHECK(cpu_fired == 1 && timer_delete(timer) == 0);
    CHECK(timer_create(clock, &event, &timer) == -1 && errno == EINVAL);
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler};

    CHECK(sigaction(SIGRTMIN, &action, NULL) == 0);
    CHECK(sigaction(SIGRTMIN + 1, &action, NULL) == 0);
    over();
    set_clock();
    overruns(1000000, 9);
    overruns(1600, 6561);
    grid();
    function();
    cpu_time();
    cpu_timer(CLOCK_THREAD_CPUTIME_ID);
    cpu_timer(CLOCK_PROCESS_CPUTIME_ID);
    cpu_timer_of_other();
    return checked();
}
