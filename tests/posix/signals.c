/* SPDX-License-Identifier: Apache-2.0 */
/* Signals: masks, queues, who gets them, what ignoring does, and the older interface. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static int order[8];
static volatile sig_atomic_t calls;
static pthread_t ran_in;

static void handler(int sig, siginfo_t *info, void *context)
{
    (void)context;
    if (calls < 8) {
        order[calls] = sig * 100 + info->si_value.sival_int;
    }
    calls++;
    ran_in = pthread_self();
}

static sigset_t set_of(int a, int b)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, a);
    sigaddset(&set, b);
    return set;
}

/* Queued real-time signals come lowest number first, equal ones in order. */
static void queued(void)
{
    sigset_t set = set_of(SIGRTMIN, SIGRTMIN + 1), pending;

    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    CHECK(sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 1}) == 0);
    CHECK(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 2}) == 0);
    CHECK(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 3}) == 0);
    CHECK(sigpending(&pending) == 0 && sigismember(&pending, SIGRTMIN) == 1);
    CHECK(calls == 0 && sigprocmask(SIG_UNBLOCK, &set, NULL) == 0 && calls == 3);
    CHECK(order[0] == SIGRTMIN * 100 + 2 && order[1] == SIGRTMIN * 100 + 3);
    CHECK(order[2] == (SIGRTMIN + 1) * 100 + 1);
    CHECK(sigqueue(getpid(), NSIG, (union sigval){0}) == -1 && errno == EINVAL);
    CHECK(sigqueue(12345, 0, (union sigval){0}) == -1 && errno == ESRCH);
}

/* Blocked, a signal that is ignored by default is pending; told to be ignored, it is gone. */
static void ignored(void)
{
    sigset_t set = set_of(SIGCONT, SIGCHLD), pending;

    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0 && raise(SIGCONT) == 0);
    CHECK(sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1);
    CHECK(sigignore(SIGCONT) == 0);
    CHECK(sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 0);
    CHECK(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
    CHECK(sigaction(SIGKILL, &(struct sigaction){.sa_handler = SIG_IGN}, NULL) == -1);
    CHECK(errno == EINVAL);
}

static void *sleeps(void *arg)
{
    struct timespec left, day = {.tv_sec = 86400};

    CHECK(nanosleep(&day, &left) == -1 && errno == EINTR && left.tv_sec == 86399);
    return arg;
}

static void directed(void)
{
    pthread_t thread;

    calls = 0;
    CHECK(pthread_create(&thread, NULL, sleeps, NULL) == 0);
    usleep(1000);
    CHECK(pthread_kill(thread, 0) == 0 && pthread_kill(thread, NSIG) == EINVAL);
    CHECK(pthread_kill(thread, SIGRTMIN) == 0);
    CHECK(pthread_join(thread, NULL) == 0 && calls == 1 && pthread_equal(ran_in, thread));
}

static void waits(void)
{
    sigset_t set = set_of(SIGRTMIN, SIGUSR1);
    struct timespec none = {0}, some = {.tv_nsec = 1000};
    siginfo_t info;

    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    CHECK(sigtimedwait(&set, &info, &none) == -1 && errno == EAGAIN);
    CHECK(sigtimedwait(&set, &info, &some) == -1 && errno == EAGAIN);
    some.tv_nsec = -1;
    CHECK(sigtimedwait(&set, &info, &some) == -1 && errno == EINVAL);
    CHECK(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 5}) == 0);
    CHECK(sigwaitinfo(&set, &info) == SIGRTMIN);
    CHECK(info.si_code == SI_QUEUE && info.si_value.sival_int == 5);
    CHECK(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
}

static void older(void)
{
    CHECK(sigset(SIGUSR2, SIG_HOLD) == SIG_DFL && raise(SIGUSR2) == 0);
    CHECK(sigset(SIGUSR2, SIG_IGN) == SIG_HOLD);
    CHECK(sighold(SIGRTMIN) == 0 && sighold(NSIG) == -1 && errno == EINVAL);
    calls = 0;
    CHECK(raise(SIGRTMIN) == 0 && calls == 0);
    CHECK(sigpause(SIGRTMIN) == -1 && errno == EINTR && calls == 1);
    CHECK(sigrelse(SIGRTMIN) == 0);
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

    CHECK(sigaction(SIGRTMIN, &action, NULL) == 0);
    CHECK(sigaction(SIGRTMIN + 1, &action, NULL) == 0);
    queued();
    ignored();
    directed();
    waits();
    older();
    return checked();
}
