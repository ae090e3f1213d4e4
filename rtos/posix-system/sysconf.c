/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysconf() and its kin (IEEE Std 1003.1-2017, sysconf).  A name that POSIX has and Tenon does
 * not offer gives -1 and leaves errno alone; one that nobody knows gives -1 and EINVAL.
 */
#include <errno.h>
#include <limits.h>
#include <time.h>
#include <tn/board.h>
#include <tn/compiler.h>
#include <unistd.h>

#define PAGE 4096
#define STREAMS 3
#define TZNAME 6 /* POSIX wants as much */
#define NO_LIMIT (-1L)
#define NAME_LAST _SC_POSIX_26_VERSION

int getpagesize(void);

/* Value of each name; 0: not offered, so that sysconf() says -1. */
static const long facts[] = {
    [_SC_VERSION] = 200809L,
    [_SC_ARG_MAX] = PAGE,
    [_SC_CHILD_MAX] = NO_LIMIT,
    [_SC_CLK_TCK] = CLOCKS_PER_SEC,
    [_SC_OPEN_MAX] = STREAMS,
    [_SC_STREAM_MAX] = STREAMS,
    [_SC_PAGESIZE] = PAGE,
    [_SC_NPROCESSORS_CONF] = TN_BOARD_CPUS,
    [_SC_NPROCESSORS_ONLN] = CONFIG_CPUS,
    [_SC_MQ_OPEN_MAX] = MQ_OPEN_MAX,
    [_SC_MQ_PRIO_MAX] = MQ_PRIO_MAX,
    [_SC_RTSIG_MAX] = RTSIG_MAX,
    [_SC_SEM_NSEMS_MAX] = NO_LIMIT,
    [_SC_SEM_VALUE_MAX] = SEM_VALUE_MAX,
    [_SC_SIGQUEUE_MAX] = SIGQUEUE_MAX,
    [_SC_TIMER_MAX] = NO_LIMIT,
    [_SC_DELAYTIMER_MAX] = DELAYTIMER_MAX,
    [_SC_TZNAME_MAX] = TZNAME,
    [_SC_ATEXIT_MAX] = 32,
    [_SC_MESSAGE_PASSING] = 200809L,
    [_SC_REALTIME_SIGNALS] = 200809L,
    [_SC_SEMAPHORES] = 200809L,
    [_SC_TIMERS] = 200809L,
    [_SC_TIMEOUTS] = 200809L,
    [_SC_MONOTONIC_CLOCK] = 200809L,
    [_SC_CLOCK_SELECTION] = 200809L,
    [_SC_CPUTIME] = 200809L,
    [_SC_THREAD_CPUTIME] = 200809L,
    [_SC_BARRIERS] = 200809L,
    [_SC_READER_WRITER_LOCKS] = 200809L,
    [_SC_SPIN_LOCKS] = 200809L,
    [_SC_PRIORITY_SCHEDULING] = 200809L,
    [_SC_THREADS] = 200809L,
    [_SC_THREAD_KEYS_MAX] = PTHREAD_KEYS_MAX,
    [_SC_THREAD_STACK_MIN] = PTHREAD_STACK_MIN,
    [_SC_THREAD_THREADS_MAX] = NO_LIMIT,
    [_SC_THREAD_DESTRUCTOR_ITERATIONS] = PTHREAD_DESTRUCTOR_ITERATIONS,
    [_SC_THREAD_ATTR_STACKADDR] = 200809L,
    [_SC_THREAD_ATTR_STACKSIZE] = 200809L,
    [_SC_THREAD_PRIORITY_SCHEDULING] = 200809L,
    [_SC_THREAD_PRIO_INHERIT] = 200809L,
    [_SC_THREAD_PRIO_PROTECT] = 200809L,
    [_SC_THREAD_ROBUST_PRIO_INHERIT] = 200809L,
    [_SC_THREAD_ROBUST_PRIO_PROTECT] = 200809L,
    [_SC_THREAD_PROCESS_SHARED] = 200809L,
    [_SC_THREAD_SAFE_FUNCTIONS] = 200809L,
};

long sysconf(int name)
{
    if (name < 0 || name > NAME_LAST) {
        errno = EINVAL;
        return -1;
    }
    if ((size_t)name >= TN_ARRAY_SIZE(facts) || facts[name] == 0) {
        return -1;
    }
    return facts[name];
}

int getpagesize(void)
{
    return PAGE;
}

/* The only names here are those of semaphores and message queues. */
long pathconf(const char *path, int name)
{
    (void)path;
    switch (name) {
    case _PC_NAME_MAX:
        return NAME_MAX;
    case _PC_PATH_MAX:
        return PATH_MAX;
    default:
        errno = EINVAL;
        return -1;
    }
}
