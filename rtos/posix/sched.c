/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduling of threads and of the program, which is one process. */
#include <errno.h>
#include <string.h>

#include "internal.h"

#define SLICE_NS (CONFIG_POSIX_SLICE_MS * 1000000ull)

static bool is_policy(int policy)
{
    return policy == SCHED_FIFO || policy == SCHED_RR || policy == SCHED_OTHER;
}

static int fail(int code)
{
    errno = code;
    return -1;
}

int sched_get_priority_min(int policy)
{
    return is_policy(policy) ? (policy == SCHED_OTHER ? 0 : 1) : fail(EINVAL);
}

int sched_get_priority_max(int policy)
{
    return is_policy(policy) ? (int)TN_PRIO_LEAST : fail(EINVAL);
}

int sched_yield(void)
{
    tn_thread_yield();
    return 0;
}

void pthread_yield(void)
{
    tn_thread_yield();
}

int sched_rr_get_interval(pid_t pid, struct timespec *interval)
{
    int denied = interval == NULL ? EINVAL : posix_pid_seen(pid);

    if (denied != 0) {
        return fail(denied);
    }
    interval->tv_sec = CONFIG_POSIX_SLICE_MS / 1000;
    interval->tv_nsec = CONFIG_POSIX_SLICE_MS % 1000 * 1000000;
    return 0;
}

static struct tn_thread *thread_of(pthread_t thread)
{
    return posix_find(thread) != NULL ? (struct tn_thread *)thread : NULL;
}

/* Without privilege a thread can only become less urgent. */
static bool may_schedule(const struct tn_thread *t, int policy, int priority)
{
    return posix_privileged() || (policy == SCHED_OTHER && priority <= posix_prio_of(t->base_prio));
}

int pthread_getschedparam(pthread_t thread, int *policy, struct sched_param *param)
{
    struct posix_thread *p = posix_find(thread);

    if (p == NULL) {
        return ESRCH;
    }
    *policy = p->policy;
    *param = (struct sched_param){.sched_priority =
                                      posix_prio_of(((struct tn_thread *)thread)->base_prio)};
    return 0;
}

int pthread_setschedprio(pthread_t thread, int priority)
{
    struct tn_thread *t = thread_of(thread);

    if (t == NULL) {
        return ESRCH;
    }
    if (priority < sched_get_priority_min(SCHED_FIFO) ||
        priority > sched_get_priority_max(SCHED_FIFO)) {
        return EINVAL;
    }
    if (!may_schedule(t, SCHED_FIFO, priority)) {
        return EPERM;
    }
    return -tn_thread_set_priority(t, posix_prio(priority));
}

int pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *param)
{
    struct posix_thread *p = posix_find(thread);
    struct tn_thread *t = (struct tn_thread *)thread;

    if (p == NULL) {
        return ESRCH;
    }
    if (!is_policy(policy) || param->sched_priority < sched_get_priority_min(policy) ||
        param->sched_priority > sched_get_priority_max(policy)) {
        return EINVAL;
    }
    if (!may_schedule(t, policy, param->sched_priority)) {
        return EPERM;
    }
    p->policy = policy;
    tn_thread_set_slice(t, policy == SCHED_FIFO ? 0 : SLICE_NS);
    tn_thread_set_priority(t, posix_prio(param->sched_priority));
    if (t == tn_thread_self()) {
        tn_thread_yield(); /* POSIX: to the tail of the new priority's list */
    }
    return 0;
}

int sched_setparam(pid_t pid, const struct sched_param *param)
{
    int code = posix_pid(pid);

    if (code != 0) {
        return fail(code);
    }
    code = pthread_setschedparam(pthread_self(), posix_self()->policy, param);
    return code != 0 ? fail(code) : 0;
}

int sched_getparam(pid_t pid, struct sched_param *param)
{
    int policy;
    int denied = param == NULL ? EINVAL : posix_pid_seen(pid);

    if (denied != 0) {
        return fail(denied);
    }
    return pthread_getschedparam(pthread_self(), &policy, param);
}

int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param)
{
    int old = posix_self()->policy;
    int code = posix_pid(pid);

    if (code != 0) {
        return fail(code);
    }
    code = pthread_setschedparam(pthread_self(), policy, param);
    return code != 0 ? fail(code) : old;
}

int sched_getscheduler(pid_t pid)
{
    int denied = posix_pid_seen(pid);

    return denied != 0 ? fail(denied) : posix_self()->policy;
}

static int concurrency;

int pthread_setconcurrency(int level)
{
    if (level < 0) {
        return EINVAL;
    }
    concurrency = level;
    return 0;
}

int pthread_getconcurrency(void)
{
    return concurrency;
}

int pthread_setname_np(pthread_t thread, const char *name)
{
    struct posix_thread *p = posix_find(thread);

    if (p == NULL) {
        return ESRCH;
    }
    if (strlen(name) >= sizeof(p->name)) {
        return ERANGE;
    }
    strcpy(p->name, name);
    ((struct tn_thread *)thread)->name = p->name;
    return 0;
}

int pthread_getname_np(pthread_t thread, char *name, size_t size)
{
    const char *from = posix_find(thread) != NULL ? ((struct tn_thread *)thread)->name : NULL;

    if (from == NULL) {
        return ESRCH;
    }
    if (strlen(from) >= size) {
        return ERANGE;
    }
    strcpy(name, from);
    return 0;
}

int pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
{
    if (posix_find(thread) == NULL) {
        return ESRCH;
    }
    tn_thread_cpu_ticks((struct tn_thread *)thread); /* from now on */
    *clock = (clockid_t)thread;                      /* see rtos/cputime */
    return 0;
}

int clock_getcpuclockid(pid_t pid, clockid_t *clock)
{
    int denied = posix_pid_seen(pid);

    if (denied != 0) {
        return denied;
    }
    *clock = CLOCK_PROCESS_CPUTIME_ID;
    return 0;
}

int pthread_getattr_np(pthread_t thread, pthread_attr_t *attr)
{
    const struct posix_thread *p = posix_find(thread);
    const struct tn_thread *t = (const struct tn_thread *)thread;

    if (p == NULL) {
        return ESRCH;
    }
    pthread_attr_init(attr);
    attr->stackaddr = t->stack;
    attr->stacksize = t->stack_size;
    attr->schedpolicy = p->policy;
    attr->schedparam.sched_priority = posix_prio_of(t->base_prio);
    attr->detachstate = t->detached ? PTHREAD_CREATE_DETACHED : PTHREAD_CREATE_JOINABLE;
    return 0;
}

int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
    (void)prepare;
    (void)parent;
    (void)child;
    return 0;
}
