/* SPDX-License-Identifier: Apache-2.0 */
/* Errors that POSIX names for threads, locks, semaphores and scheduling; who shares the CPU. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static volatile int flag;

static void *spins(void *arg)
{
    while (!flag) {}
    return arg;
}

/* By default equals share the CPU: each of two that wait in a loop for the other goes on. */
static void shares(void)
{
    struct sched_param param;
    pthread_t thread;
    int policy;

    CHECK(pthread_getschedparam(pthread_self(), &policy, &param) == 0 && policy == SCHED_OTHER);
    CHECK(pthread_create(&thread, NULL, spins, NULL) == 0);
    sched_yield();
    flag = 1;
    CHECK(pthread_join(thread, NULL) == 0);
}

static void *locks_for_good(void *mutex)
{
    CHECK(pthread_mutex_lock(mutex) == 0);
    return NULL;
}

static void mutexes(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutexattr_t attr;
    pthread_t thread;
    int value;

    CHECK(pthread_mutex_lock(&mutex) == 0 && pthread_mutex_trylock(&mutex) == EBUSY);
    CHECK(pthread_mutex_destroy(&mutex) == EBUSY);
    CHECK(pthread_mutex_unlock(&mutex) == 0 && pthread_mutex_unlock(&mutex) == EPERM);
    CHECK(pthread_create(&thread, NULL, locks_for_good, &mutex) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(pthread_mutex_trylock(&mutex) == EBUSY && pthread_mutex_unlock(&mutex) == 0);
    CHECK(pthread_mutex_trylock(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0);
    CHECK(pthread_mutexattr_init(&attr) == 0);
    CHECK(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK) == 0);
    CHECK(pthread_mutexattr_settype(&attr, 77) == EINVAL);
    CHECK(pthread_mutex_init(&mutex, &attr) == 0 && pthread_mutex_lock(&mutex) == 0);
    CHECK(pthread_mutex_lock(&mutex) == EDEADLK && pthread_mutex_unlock(&mutex) == 0);
    CHECK(pthread_mutex_getprioceiling(&mutex, &value) == EINVAL);
    CHECK(pthread_mutexattr_destroy(&attr) == 0 && pthread_mutexattr_destroy(&attr) == EINVAL);
    CHECK(pthread_mutexattr_destroy(NULL) == EINVAL);
}

static void *write_locks(void *lock)
{
    CHECK(pthread_rwlock_trywrlock(lock) == EBUSY);
    return NULL;
}

static void rwlocks(void)
{
    static pthread_rwlock_t never_made;
    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    struct timespec past = {.tv_sec = 1};
    pthread_t thread;

    CHECK(pthread_rwlock_unlock(&never_made) == EINVAL);
    CHECK(pthread_rwlock_unlock(&lock) == EPERM);
    CHECK(pthread_rwlock_wrlock(&lock) == 0 && pthread_rwlock_destroy(&lock) == EBUSY);
    CHECK(pthread_rwlock_wrlock(&lock) == EDEADLK && pthread_rwlock_rdlock(&lock) == EDEADLK);
    CHECK(pthread_create(&thread, NULL, write_locks, &lock) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(pthread_rwlock_unlock(&lock) == 0 && pthread_rwlock_rdlock(&lock) == 0);
    CHECK(pthread_rwlock_timedrdlock(&lock, &past) == 0);
    CHECK(pthread_rwlock_timedwrlock(&lock, &past) == ETIMEDOUT);
    CHECK(pthread_rwlock_unlock(&lock) == 0 && pthread_rwlock_unlock(&lock) == 0);
    CHECK(pthread_rwlock_destroy(&lock) == 0);
}

static void semaphores(void)
{
    char name[NAME_MAX + 3];
    sem_t *a, *b, plain;

    CHECK(sem_open("/none", 0) == SEM_FAILED && errno == ENOENT);
    a = sem_open("/some", O_CREAT, 0600, 2);
    b = sem_open("/some", O_CREAT, 0600, 9);
    CHECK(a != SEM_FAILED && a == b);
    CHECK(sem_open("/some", O_CREAT | O_EXCL, 0600, 2) == SEM_FAILED && errno == EEXIST);
    CHECK(sem_trywait(a) == 0 && sem_trywait(b) == 0);
    CHECK(sem_trywait(a) == -1 && errno == EAGAIN);
    CHECK(sem_unlink("/some") == 0 && sem_unlink("/some") == -1 && errno == ENOENT);
    CHECK(sem_close(a) == 0 && sem_close(b) == 0 && sem_close(b) == -1 && errno == EINVAL);
    memset(name, 'n', sizeof(name));
    name[0] = '/';
    name[NAME_MAX + 1] = '\0';
    CHECK(sem_open(name, O_CREAT, 0600, 1) == SEM_FAILED && errno == ENAMETOOLONG);
    CHECK(sem_init(&plain, 0, (unsigned)SEM_VALUE_MAX + 1u) == -1 && errno == EINVAL);
}

static void scheduling(void)
{
    struct sched_param param = {.sched_priority = 1000};
    clockid_t clock;
    struct timespec ts;
    pthread_attr_t attr;

    CHECK(sched_setscheduler(0, SCHED_FIFO, &param) == -1 && errno == EINVAL);
    CHECK(sched_getscheduler(12345) == -1 && errno == ESRCH);
    CHECK(sched_get_priority_max(SCHED_FIFO) - sched_get_priority_min(SCHED_FIFO) >= 31);
    CHECK(sched_rr_get_interval(0, &ts) == 0 && ts.tv_sec == 0 && ts.tv_nsec > 0);
    CHECK(clock_getcpuclockid(0, &clock) == 0 && clock_gettime(clock, &ts) == 0);
    CHECK(clock_getcpuclockid(12345, &clock) == ESRCH);
    CHECK(pthread_attr_init(&attr) == 0);
    CHECK(pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN - 1) == EINVAL);
    CHECK(pthread_attr_destroy(&attr) == 0);
    CHECK(pthread_getattr_np(pthread_self(), &attr) == 0 && attr.schedpolicy == SCHED_OTHER);
}

static void system_facts(void)
{
    char byte;

    CHECK(sysconf(_SC_PAGESIZE) == 4096 && sysconf(_SC_THREADS) == 200809L);
    CHECK(sysconf(_SC_THREAD_KEYS_MAX) == PTHREAD_KEYS_MAX);
    errno = 0;
    CHECK(sysconf(_SC_ASYNCHRONOUS_IO) == -1 && errno == 0);
    CHECK(sysconf(12345) == -1 && errno == EINVAL);
    CHECK(pathconf("/", _PC_NAME_MAX) == NAME_MAX && getuid() == 0 && CLOCKS_PER_SEC == 1000000);
    CHECK(mlock(&byte, 1) == 0 && munlock(&byte, 1) == 0 && munlockall() == 0);
    CHECK(mlockall(MCL_CURRENT) == 0 && mlockall(0) == -1 && errno == EINVAL);
}

int main(void)
{
    shares();
    mutexes();
    rwlocks();
    semaphores();
    scheduling();
    system_facts();
    return checked();
}
