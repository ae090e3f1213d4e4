/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX thread types in the place where newlib's headers look for them.  Objects hold the native
 * object itself, not a handle; rtos/posix checks that sizes agree.  Fields are private.
 */
#ifndef _SYS__PTHREADTYPES_H_
#define _SYS__PTHREADTYPES_H_

#include <sys/sched.h>
#include <sys/types.h>

#define PTHREAD_SCOPE_PROCESS 0
#define PTHREAD_SCOPE_SYSTEM 1
#define PTHREAD_INHERIT_SCHED 1
#define PTHREAD_EXPLICIT_SCHED 2
#define PTHREAD_CREATE_DETACHED 0
#define PTHREAD_CREATE_JOINABLE 1
#define PTHREAD_PROCESS_PRIVATE 0
#define PTHREAD_PROCESS_SHARED 1
#define PTHREAD_PRIO_NONE 0
#define PTHREAD_PRIO_INHERIT 1
#define PTHREAD_PRIO_PROTECT 2
#define PTHREAD_MUTEX_NORMAL 0
#define PTHREAD_MUTEX_RECURSIVE 1
#define PTHREAD_MUTEX_ERRORCHECK 2
#define PTHREAD_MUTEX_DEFAULT PTHREAD_MUTEX_NORMAL
#define PTHREAD_RWLOCK_PREFER_READER_NP 0
#define PTHREAD_RWLOCK_PREFER_WRITER_NP 1
#define PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP 2
#define PTHREAD_MUTEX_STALLED 0
#define PTHREAD_MUTEX_ROBUST 1

typedef unsigned long pthread_t; /* 0: no thread */

typedef struct {
    int is_initialized;
    void *stackaddr;
    unsigned long stacksize;
    unsigned long guardsize;
    int contentionscope;
    int inheritsched;
    int schedpolicy;
    struct sched_param schedparam;
    int detachstate;
} pthread_attr_t;

typedef struct {
    unsigned long __word;
    void *__waiters;
    void *__next;
    unsigned int __depth;
    unsigned short __ceiling;
    unsigned char __kind;
    unsigned char __state;
    unsigned char __registered;
} pthread_mutex_t;

typedef struct {
    int is_initialized;
    int pshared;
    int prioceiling;
    int protocol;
    int type;
    int robust;
} pthread_mutexattr_t;

#define _PTHREAD_MUTEX_INITIALIZER                                                                 \
    {                                                                                              \
        0, 0, 0, 0, 0, 24, 0, 0                                                                    \
    }

typedef struct {
    void *__waiters;
    unsigned int __clock;
} pthread_cond_t;

#define _PTHREAD_COND_INITIALIZER                                                                  \
    {                                                                                              \
        0, 0                                                                                       \
    }

typedef struct {
    int is_initialized;
    int pshared;
    unsigned int clock;
} pthread_condattr_t;

typedef unsigned int pthread_key_t;

typedef struct {
    int __state;
} pthread_once_t;

#define _PTHREAD_ONCE_INIT                                                                         \
    {                                                                                              \
        0                                                                                          \
    }

typedef struct {
    unsigned int __count;
    unsigned int __arrived;
    unsigned int __round;
    void *__waiters[2];
    unsigned int __inside;
} pthread_barrier_t;

typedef struct {
    int is_initialized;
    int pshared;
} pthread_barrierattr_t;

typedef struct {
    unsigned int __readers;
    void *__writer;
    void *__waiters;
    unsigned int __made;
} pthread_rwlock_t;

#define _PTHREAD_RWLOCK_INITIALIZER                                                                \
    {                                                                                              \
        0, 0, 0, 0x4c52                                                                            \
    }

typedef struct {
    int is_initialized;
    int pshared;
    int kind;
} pthread_rwlockattr_t;

typedef struct {
    unsigned long __owner;
} pthread_spinlock_t;

#endif
