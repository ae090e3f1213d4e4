/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mutexes, condition variables, read-write locks, barriers and spin locks: the native objects
 * under POSIX's names.  A pthread_mutex_t is a struct tn_mutex, and so on.
 */
#include <errno.h>
#include <tn/barrier.h>
#include <tn/cond.h>
#include <tn/kernel_mutex.h>
#include <tn/mutex.h>
#include <tn/rwlock.h>

#include "internal.h"

_Static_assert(sizeof(struct tn_mutex) <= sizeof(pthread_mutex_t), "a mutex fits");
_Static_assert(offsetof(struct tn_mutex, kind) == offsetof(pthread_mutex_t, __kind), "initialiser");
_Static_assert((TN_MUTEX_PLAIN | TN_MUTEX_STALL) == 24, "_PTHREAD_MUTEX_INITIALIZER");
_Static_assert(sizeof(struct tn_cond) <= offsetof(pthread_cond_t, __clock), "a condition fits");
_Static_assert(sizeof(struct tn_rwlock) <= offsetof(pthread_rwlock_t, __made), "a lock fits");
_Static_assert(sizeof(struct tn_barrier) <= offsetof(pthread_barrier_t, __inside), "it fits");

static inline struct tn_mutex *native(pthread_mutex_t *mutex)
{
    return (struct tn_mutex *)(void *)mutex;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
{
    uint32_t kind = TN_MUTEX_PLAIN;
    uint32_t ceiling = 0;
    int type = PTHREAD_MUTEX_DEFAULT;

    if (attr != NULL) {
        if (!attr->is_initialized) {
            return EINVAL;
        }
        type = attr->type;
        if (attr->protocol != PTHREAD_PRIO_NONE) {
            kind = attr->protocol == PTHREAD_PRIO_PROTECT ? TN_MUTEX_CEILING : TN_MUTEX_INHERIT;
        }
        kind |= attr->robust == PTHREAD_MUTEX_ROBUST ? TN_MUTEX_ROBUST : 0;
        ceiling = posix_prio(attr->prioceiling);
    }
    kind |= type == PTHREAD_MUTEX_NORMAL      ? TN_MUTEX_STALL
            : type == PTHREAD_MUTEX_RECURSIVE ? TN_MUTEX_RECURSIVE
                                              : 0;
    tn_mutex_init(native(mutex), kind, ceiling);
    return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    return tn_mutex_owner(native(mutex)) != NULL ? EBUSY : 0;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    return -tn_mutex_lock(native(mutex));
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    return -tn_mutex_try(native(mutex));
}

int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                            const struct timespec *deadline)
{
    uint64_t ticks;
    int code = tn_mutex_try(native(mutex));

    if (code != TN_EBUSY) {
        return -code;
    }
    if (!posix_deadline(clock, deadline, &ticks)) {
        return EINVAL;
    }
    return -tn_mutex_lock_until(native(mutex), ticks);
}

int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *deadline)
{
    return pthread_mutex_clocklock(mutex, CLOCK_REALTIME, deadline);
}

/*
 * Nobody but the owner unlocks.  Where POSIX leaves open what happens, a normal mutex whose
 * owner has ended, anybody does.
 */
static int unlock_ended(pthread_mutex_t *mutex)
{
    struct tn_thread *owner = tn_mutex_owner(native(mutex));
    uint64_t daif;

    if (owner == NULL || !(native(mutex)->kind & TN_MUTEX_STALL) ||
        posix_find((pthread_t)owner) != NULL) {
        return EPERM;
    }
    daif = tn_kernel_lock();
    if (native(mutex)->registered || tn_mutex_owner(native(mutex)) != owner) {
        tn_kernel_unlock(daif);
        return EPERM;
    }
    tn_mutex_pass(native(mutex), owner, TN_OK);
    return -(int)tn_reschedule(tn_ready_first(tn_cpu_of(tn_thread_self())), daif, TN_OK);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    int code = tn_mutex_unlock(native(mutex));

    return TN_UNLIKELY(code == TN_EPERM) ? unlock_ended(mutex) : -code;
}

int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
    return -tn_mutex_repair(native(mutex));
}

int pthread_mutex_getprioceiling(const pthread_mutex_t *mutex, int *ceiling)
{
    if (!(mutex->__kind & TN_MUTEX_CEILING)) {
        return EINVAL;
    }
    *ceiling = posix_prio_of(mutex->__ceiling);
    return 0;
}

int pthread_mutex_setprioceiling(pthread_mutex_t *mutex, int ceiling, int *old)
{
    int result;

    if (ceiling < sched_get_priority_min(SCHED_FIFO) ||
        ceiling > sched_get_priority_max(SCHED_FIFO)) {
        return EINVAL;
    }
    result = tn_mutex_set_ceiling(native(mutex), posix_prio(ceiling));
    if (result < 0) {
        return -result;
    }
    if (old != NULL) {
        *old = posix_prio_of((uint32_t)result);
    }
    return 0;
}

static inline struct tn_cond *condition(pthread_cond_t *cond)
{
    return (struct tn_cond *)(void *)cond;
}

int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr)
{
    *cond = (pthread_cond_t){0};
    if (attr != NULL) {
        if (!attr->is_initialized) {
            return EINVAL;
        }
        cond->__clock = attr->clock;
    }
    return 0;
}

int pthread_cond_destroy(pthread_cond_t *cond)
{
    return cond->__waiters != NULL ? EBUSY : 0;
}

/* A signal handler that ran ends the wait, as POSIX allows: 0, a spurious wake-up. */
static int cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, uint64_t deadline)
{
    struct posix_thread *self = posix_cancel_begin();
    int code = tn_cond_wait(condition(cond), native(mutex), deadline);

    posix_cancel_end(self);
    return code == TN_EINTR ? 0 : -code;
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    return cond_wait(cond, mutex, TN_FOREVER);
}

int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock,
                           const struct timespec *deadline)
{
    uint64_t ticks;

    if (!posix_deadline(clock, deadline, &ticks)) {
        return EINVAL;
    }
    return cond_wait(cond, mutex, ticks);
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                           const struct timespec *deadline)
{
    clockid_t clock = cond->__clock != 0 ? (clockid_t)cond->__clock : CLOCK_REALTIME;

    return pthread_cond_clockwait(cond, mutex, clock, deadline);
}

int pthread_cond_signal(pthread_cond_t *cond)
{
    tn_cond_signal(condition(cond));
    return 0;
}

int pthread_cond_broadcast(pthread_cond_t *cond)
{
    tn_cond_broadcast(condition(cond));
    return 0;
}

#define RWLOCK_MADE ((pthread_rwlock_t)_PTHREAD_RWLOCK_INITIALIZER).__made

static inline struct tn_rwlock *rwlock(pthread_rwlock_t *lock)
{
    return (struct tn_rwlock *)(void *)lock;
}

int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attr)
{
    if (attr != NULL && !attr->is_initialized) {
        return EINVAL;
    }
    *lock = (pthread_rwlock_t)_PTHREAD_RWLOCK_INITIALIZER;
    return 0;
}

/* Who ended without unlocking does not keep it; readers are not known by name. */
int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
    bool locked = lock->__writer != NULL && posix_find((pthread_t)lock->__writer) != NULL;

    return locked || lock->__waiters != NULL ? EBUSY : 0;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    return -tn_rwlock_read(rwlock(lock), TN_FOREVER);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
    int code = tn_rwlock_read(rwlock(lock), 0);

    return code == TN_EDEADLK ? EBUSY : -code;
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *deadline)
{
    uint64_t ticks;
    int code = tn_rwlock_read(rwlock(lock), 0);

    if (code != TN_EBUSY) {
        return -code;
    }
    if (!posix_deadline(CLOCK_REALTIME, deadline, &ticks)) {
        return EINVAL;
    }
    return ticks == 0 ? ETIMEDOUT : -tn_rwlock_read(rwlock(lock), ticks);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    return -tn_rwlock_write(rwlock(lock), TN_FOREVER);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
    int code = tn_rwlock_write(rwlock(lock), 0);

    return code == TN_EDEADLK ? EBUSY : -code;
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *lock, const struct timespec *deadline)
{
    uint64_t ticks;
    int code = tn_rwlock_write(rwlock(lock), 0);

    if (code != TN_EBUSY) {
        return -code;
    }
    if (!posix_deadline(CLOCK_REALTIME, deadline, &ticks)) {
        return EINVAL;
    }
    return ticks == 0 ? ETIMEDOUT : -tn_rwlock_write(rwlock(lock), ticks);
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    int code = tn_rwlock_unlock(rwlock(lock));

    return code == TN_EPERM && lock->__made != RWLOCK_MADE ? EINVAL : -code;
}

int pthread_barrier_init(pthread_barrier_t *barrier, const pthread_barrierattr_t *attr,
                         unsigned count)
{
    if (count == 0 || (attr != NULL && !attr->is_initialized)) {
        return EINVAL;
    }
    *barrier = (pthread_barrier_t){.__count = count};
    return 0;
}

int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    return barrier->__arrived != 0 ? EBUSY : 0;
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
    int code = tn_barrier_wait((struct tn_barrier *)(void *)barrier);

    return code == 1 ? PTHREAD_BARRIER_SERIAL_THREAD : -code;
}

int pthread_spin_init(pthread_spinlock_t *lock, int pshared)
{
    (void)pshared;
    lock->__owner = 0;
    return 0;
}

int pthread_spin_destroy(pthread_spinlock_t *lock)
{
    return lock->__owner != 0 ? EBUSY : 0;
}

int pthread_spin_trylock(pthread_spinlock_t *lock)
{
    unsigned long free = 0;

    return __atomic_compare_exchange_n(&lock->__owner, &free, (unsigned long)tn_thread_self(),
                                       false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)
               ? 0
               : EBUSY;
}

#define SPINS (CONFIG_CPUS > 1 ? 200 : 0)

static int spin_try(pthread_spinlock_t *lock)
{
    for (int i = 0; i < SPINS && __atomic_load_n(&lock->__owner, __ATOMIC_RELAXED) != 0; i++) {
        __asm__ volatile("yield");
    }
    return pthread_spin_trylock(lock);
}

/*
 * An owner on another CPU lets go soon.  One on this CPU, of whatever priority, must run to let go:
 * who spins sleeps a little.
 */
int pthread_spin_lock(pthread_spinlock_t *lock)
{
    if (lock->__owner == (unsigned long)tn_thread_self()) {
        return EDEADLK;
    }
    while (spin_try(lock) != 0) {
        tn_sleep(CONFIG_POSIX_SPIN_NS);
    }
    return 0;
}

/* Who unlocks is not looked at: POSIX names no error for it, and it is what costs nothing. */
int pthread_spin_unlock(pthread_spinlock_t *lock)
{
    __atomic_store_n(&lock->__owner, 0, __ATOMIC_RELEASE);
    return 0;
}
