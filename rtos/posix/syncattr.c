/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes of mutexes, condition variables, read-write locks and barriers. */
#include <errno.h>

#include "internal.h"

int pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
    *attr = (pthread_mutexattr_t){
        .is_initialized = 1,
        .prioceiling = (int)TN_PRIO_LEAST,
        .protocol = PTHREAD_PRIO_NONE,
        .type = PTHREAD_MUTEX_DEFAULT,
    };
    return 0;
}

int pthread_condattr_init(pthread_condattr_t *attr)
{
    *attr = (pthread_condattr_t){.is_initialized = 1, .clock = CLOCK_REALTIME};
    return 0;
}

int pthread_rwlockattr_init(pthread_rwlockattr_t *attr)
{
    *attr = (pthread_rwlockattr_t){.is_initialized = 1};
    return 0;
}

int pthread_barrierattr_init(pthread_barrierattr_t *attr)
{
    *attr = (pthread_barrierattr_t){.is_initialized = 1};
    return 0;
}

static bool is_protocol(int value)
{
    return value == PTHREAD_PRIO_NONE || value == PTHREAD_PRIO_INHERIT ||
           value == PTHREAD_PRIO_PROTECT;
}

static bool is_type(int value)
{
    return value == PTHREAD_MUTEX_NORMAL || value == PTHREAD_MUTEX_RECURSIVE ||
           value == PTHREAD_MUTEX_ERRORCHECK;
}

static bool is_robust(int value)
{
    return value == PTHREAD_MUTEX_STALLED || value == PTHREAD_MUTEX_ROBUST;
}

static bool is_ceiling(int value)
{
    return value >= sched_get_priority_min(SCHED_FIFO) &&
           value <= sched_get_priority_max(SCHED_FIFO);
}

static bool is_pshared(int value)
{
    return value == PTHREAD_PROCESS_PRIVATE || value == PTHREAD_PROCESS_SHARED;
}

static bool is_clock(clockid_t value)
{
    return value == CLOCK_REALTIME || value == CLOCK_MONOTONIC;
}

/* All objects alike: destroy, get and set of one attribute. */
#define DESTROY(object)                                                                            \
    int pthread_##object##attr_destroy(pthread_##object##attr_t *attr)                             \
    {                                                                                              \
        if (attr == NULL || !attr->is_initialized) {                                               \
            return EINVAL;                                                                         \
        }                                                                                          \
        attr->is_initialized = 0;                                                                  \
        return 0;                                                                                  \
    }

#define ATTRIBUTE(object, type, name)                                                              \
    int pthread_##object##attr_get##name(const pthread_##object##attr_t *attr, type *value)        \
    {                                                                                              \
        if (attr == NULL || !attr->is_initialized) {                                               \
            return EINVAL;                                                                         \
        }                                                                                          \
        *value = (type)attr->name;                                                                 \
        return 0;                                                                                  \
    }                                                                                              \
    int pthread_##object##attr_set##name(pthread_##object##attr_t *attr, type value)               \
    {                                                                                              \
        if (attr == NULL || !attr->is_initialized || !is_##name(value)) {                          \
            return EINVAL;                                                                         \
        }                                                                                          \
        attr->name = value;                                                                        \
        return 0;                                                                                  \
    }

#define is_prioceiling is_ceiling

DESTROY(mutex)
DESTROY(cond)
DESTROY(rwlock)
DESTROY(barrier)
ATTRIBUTE(mutex, int, prioceiling)
ATTRIBUTE(mutex, int, protocol)
ATTRIBUTE(mutex, int, pshared)
ATTRIBUTE(mutex, int, robust)
ATTRIBUTE(mutex, int, type)
ATTRIBUTE(cond, clockid_t, clock)
ATTRIBUTE(cond, int, pshared)
ATTRIBUTE(rwlock, int, pshared)
ATTRIBUTE(barrier, int, pshared)

/* glibc's extension.  Here a writer never waits for readers that came after it, of any kind. */
int pthread_rwlockattr_setkind_np(pthread_rwlockattr_t *attr, int kind)
{
    if (kind < PTHREAD_RWLOCK_PREFER_READER_NP ||
        kind > PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) {
        return EINVAL;
    }
    attr->kind = kind;
    return 0;
}

int pthread_rwlockattr_getkind_np(const pthread_rwlockattr_t *attr, int *kind)
{
    *kind = attr->kind;
    return 0;
}
