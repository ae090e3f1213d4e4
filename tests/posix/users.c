/* SPDX-License-Identifier: Apache-2.0 */
/* Giving up the rights of root, the system's process, second signal stacks, restarted calls. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <pwd.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static char second[SIGSTKSZ];
static volatile sig_atomic_t calls, on_second;
static sem_t sem;

static void handler(int sig)
{
    char here;
    stack_t now;

    (void)sig;
    calls++;
    on_second = &here >= second && &here < second + sizeof(second);
    CHECK(sigaltstack(NULL, &now) == 0);
    CHECK((now.ss_flags == SS_ONSTACK) == on_second);
    CHECK(!on_second || (sigaltstack(&now, NULL) == -1 && errno == EPERM));
}

static void second_stack(void)
{
    stack_t none = {.ss_flags = SS_DISABLE}, small = {second, 0, MINSIGSTKSZ - 1};
    stack_t stack = {second, 0, sizeof(second)}, old;
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};

    CHECK(sigaltstack(NULL, &old) == 0 && old.ss_flags == SS_DISABLE);
    CHECK(sigaltstack(&small, NULL) == -1 && errno == ENOMEM);
    CHECK(sigaltstack(&stack, NULL) == 0 && sigaction(SIGUSR1, &action, NULL) == 0);
    CHECK(raise(SIGUSR1) == 0 && calls == 1 && on_second == 1);
    action.sa_flags = 0;
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0 && raise(SIGUSR1) == 0 && on_second == 0);
    CHECK(sigaltstack(&none, &old) == 0 && old.ss_sp == second && old.ss_flags == 0);
}

static void *waits(void *arg)
{
    (void)arg;
    return (void *)(long)(sem_wait(&sem) == 0 ? 0 : errno);
}

/* What a thread in sem_wait() returns when a signal with these flags comes before the post. */
static long interrupted(int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    pthread_t thread;
    void *result;

    CHECK(sigaction(SIGUSR2, &action, NULL) == 0 && sem_init(&sem, 0, 0) == 0);
    CHECK(pthread_create(&thread, NULL, waits, NULL) == 0);
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    CHECK(pthread_kill(thread, SIGUSR2) == 0);
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    sem_post(&sem);
    CHECK(pthread_join(thread, &result) == 0);
    return (long)result;
}

/* A thread that keeps the CPU from main gets the program's signal itself. */
static void *spins(void *arg)
{
    struct itimerval soon = {.it_value.tv_usec = 1000};
    int before = calls;

    (void)arg;
    CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    while (calls == before) {}
    return NULL;
}

static void busy(void)
{
    pthread_attr_t attr;
    pthread_t thread;

    signal(SIGALRM, handler);
    pthread_attr_init(&attr);
    pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
    pthread_attr_setschedparam(&attr, &(struct sched_param){.sched_priority = 1});
    CHECK(pthread_create(&thread, &attr, spins, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

static sigjmp_buf back;

static void jumps(int sig)
{
    (void)sig;
    siglongjmp(back, 1);
}

/* A handler that does not return: the mask is as it was, or stays, as was asked. */
static void jump(int save)
{
    static volatile int rounds;
    sigset_t now;

    rounds = 0;
    signal(SIGALRM, jumps);
    sigsetjmp(back, save);
    if (++rounds < (save ? 4 : 2)) {
        CHECK(setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_usec = 1000}, NULL) == 0);
        for (;;) {}
    }
    CHECK(sigprocmask(SIG_BLOCK, NULL, &now) == 0 && sigismember(&now, SIGALRM) == !save);
    sigemptyset(&now);
    CHECK(sigprocmask(SIG_SETMASK, &now, NULL) == 0);
}

static void *takes(void *arg)
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    pthread_cancel(pthread_self());
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    sem_timedwait(&sem, &(struct timespec){.tv_sec = 1});
    return arg;
}

/* A semaphore that is free is a cancellation point, and keeps its value then. */
static void cancelled(void)
{
    pthread_t thread;
    void *result;
    int value;

    CHECK(sem_init(&sem, 0, 1) == 0);
    CHECK(pthread_create(&thread, NULL, takes, NULL) == 0);
    CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
    CHECK(sem_getvalue(&sem, &value) == 0 && value == 1);
}

static void rights(void)
{
    struct sched_param param = {.sched_priority = 1};
    struct passwd *nobody = getpwnam("nobody");
    clockid_t clock;
    sem_t *named;

    CHECK(getppid() == 1 && getpid() != 1 && getpgrp() == getpid());
    CHECK(kill(1, 0) == 0 && kill(1, SIGTERM) == -1 && errno == EPERM);
    CHECK(nobody != NULL && getpwuid(nobody->pw_uid) == nobody && getpwnam("x") == NULL);
    named = sem_open("/root", O_CREAT, 0600, 1);
    CHECK(named != SEM_FAILED);
    CHECK(seteuid(nobody->pw_uid) == 0 && geteuid() == nobody->pw_uid && getuid() == 0);
    CHECK(sched_setscheduler(0, SCHED_FIFO, &param) == -1 && errno == EPERM);
    CHECK(pthread_setschedparam(pthread_self(), SCHED_RR, &param) == EPERM);
    CHECK(clock_settime(CLOCK_REALTIME, &(struct timespec){.tv_sec = 1}) == -1 && errno == EPERM);
    CHECK(clock_getcpuclockid(1, &clock) == EPERM && kill(1, 0) == -1 && errno == EPERM);
    CHECK(sem_open("/root", 0) == SEM_FAILED && errno == EACCES);
    CHECK(sem_unlink("/root") == -1 && errno == EACCES);
    CHECK(mq_open("/mine", O_CREAT | O_RDWR, 0400, NULL) >= 0);
    CHECK(mq_open("/mine", O_WRONLY) == -1 && errno == EACCES && mq_open("/mine", O_RDONLY) >= 0);
    CHECK(seteuid(0) == 0 && sem_open("root", 0) == named && sem_unlink("/root") == 0);
    CHECK(setuid(nobody->pw_uid) == 0 && getuid() == nobody->pw_uid);
    CHECK(setuid(0) == -1 && errno == EPERM && seteuid(0) == -1 && errno == EPERM);
}

int main(void)
{
    second_stack();
    CHECK(interrupted(0) == EINTR && interrupted(SA_RESTART) == 0);
    busy();
    jump(1);
    jump(0);
    cancelled();
    rights();
    return checked();
}
