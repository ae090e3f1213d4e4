/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newlib's retargetable locks (newlib/libc/include/sys/lock.h): mutexes with priority
 * inheritance.  The static ones are named by newlib; those of streams are made by malloc.
 */
#include <stdlib.h>
#include <sys/lock.h>
#include <tn/kernel_end.h>
#include <tn/mutex.h>

#define STATUS_ABORT 134 /* as a shell counts abort(), which would bring in all of signals */

struct __lock {
    struct tn_mutex mutex;
};

#define RECURSIVE                                                                                  \
    {                                                                                              \
        .mutex = {.kind = TN_MUTEX_RECURSIVE }                                                     \
    }

struct __lock __lock___sinit_recursive_mutex = RECURSIVE;
struct __lock __lock___sfp_recursive_mutex = RECURSIVE;
struct __lock __lock___atexit_recursive_mutex = RECURSIVE;
struct __lock __lock___malloc_recursive_mutex = RECURSIVE;
struct __lock __lock___env_recursive_mutex = RECURSIVE;
struct __lock __lock___at_quick_exit_mutex;
struct __lock __lock___tz_mutex;
struct __lock __lock___dd_hash_mutex;
struct __lock __lock___arc4random_mutex;

static void make(_LOCK_T *lock, uint32_t kind)
{
    struct __lock *made = malloc(sizeof(*made));

    if (made == NULL) {
        tn_image_exit(STATUS_ABORT);
    }
    tn_mutex_init(&made->mutex, kind, 0);
    *lock = made;
}

void __retarget_lock_init(_LOCK_T *lock)
{
    make(lock, TN_MUTEX_INHERIT);
}

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
    make(lock, TN_MUTEX_RECURSIVE);
}

void __retarget_lock_close(_LOCK_T lock)
{
    free(lock);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
    free(lock);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
    tn_mutex_lock(&lock->mutex);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
    tn_mutex_lock(&lock->mutex);
}

int __retarget_lock_try_acquire(_LOCK_T lock)
{
    return tn_mutex_try(&lock->mutex) == TN_OK;
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
    return tn_mutex_try(&lock->mutex) == TN_OK;
}

void __retarget_lock_release(_LOCK_T lock)
{
    tn_mutex_unlock(&lock->mutex);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
    tn_mutex_unlock(&lock->mutex);
}
