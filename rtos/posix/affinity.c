/* SPDX-License-Identifier: Apache-2.0 */
/* Which CPUs a thread may use, under GNU's names. */
#include <errno.h>
#include <sched.h>

#include "internal.h"

int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *cpus)
{
    if (posix_find(thread) == NULL) {
        return ESRCH;
    }
    if (size < sizeof(*cpus)) {
        return EINVAL;
    }
    return -tn_thread_set_affinity((struct tn_thread *)thread, cpus->__bits);
}

int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *cpus)
{
    if (posix_find(thread) == NULL) {
        return ESRCH;
    }
    if (size < sizeof(*cpus)) {
        return EINVAL;
    }
    cpus->__bits = tn_thread_affinity((struct tn_thread *)thread);
    return 0;
}

static int result(int code)
{
    if (code != 0) {
        errno = code;
        return -1;
    }
    return 0;
}

/* Other processes there are none. */
int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *cpus)
{
    return result(pid != 0 ? ESRCH : pthread_setaffinity_np(pthread_self(), size, cpus));
}

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *cpus)
{
    return result(pid != 0 ? ESRCH : pthread_getaffinity_np(pthread_self(), size, cpus));
}

int sched_getcpu(void)
{
    return (int)tn_cpu_self();
}
