/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mutexes.  A thread that waits lends its priority to the owner (and to the one for whom that
 * one waits, 32 links far), or the mutex has a ceiling to which its owner is raised at once.
 * Locking a free mutex and unlocking one for which nobody waits touch one word and make no call.
 * Thread context, all of it.
 */
#ifndef TN_MUTEX_H
#define TN_MUTEX_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/thread.h>

#define TN_MUTEX_SLOW 1u /* in tn_mutex.word: locking or unlocking is not simple */

/* tn_mutex.kind, or-ed */
#define TN_MUTEX_INHERIT 0u   /* the default */
#define TN_MUTEX_RECURSIVE 1u /* its owner may lock it again */
#define TN_MUTEX_CEILING 2u   /* instead of inheritance */
#define TN_MUTEX_ROBUST 4u    /* the next owner learns that the last one ended holding it */
#define TN_MUTEX_PLAIN 8u     /* no inheritance */
#define TN_MUTEX_STALL 16u /* locking it again waits for ever instead of failing (POSIX normal) */

/* The word is the owner's address, TN_MUTEX_SLOW or-ed; 0: free. */
struct tn_mutex {
    uintptr_t word;
    struct tn_waitq waiters;
    struct tn_mutex *next_held; /* of its owner, while registered */
    uint32_t depth;             /* locks beyond the first */
    uint16_t ceiling;
    uint8_t kind;
    uint8_t state; /* robust: TN_MUTEX_DEAD, TN_MUTEX_LOST */
    uint8_t registered;
};

#define TN_MUTEX_DEAD 1u /* its owner ended: what it protects may be inconsistent */
#define TN_MUTEX_LOST 2u /* nobody repaired it: locking fails for ever */

/* Initialiser of a plain mutex with inheritance: struct tn_mutex m = TN_MUTEX_INIT. */
#define TN_MUTEX_INIT                                                                              \
    {                                                                                              \
        0                                                                                          \
    }

/* `ceiling`: priority of its most urgent user, with TN_MUTEX_CEILING. */
void tn_mutex_init(struct tn_mutex *mutex, uint32_t kind, uint32_t ceiling);

int tn_mutex_lock_slow(struct tn_mutex *mutex, uint64_t deadline);
int tn_mutex_unlock_slow(struct tn_mutex *mutex);

/*
 * False in a handler, which runs on SP_EL0: there the running thread is the interrupted one, which
 * must not come to own a mutex, or lose one, without knowing of it.
 */
static inline bool tn_mutex_context(void)
{
    uint64_t sel;

    __asm__ volatile("mrs %0, spsel" : "=r"(sel));
    return TN_LIKELY(sel != 0);
}

/* True if the word went from 0 to `self`; acquire.  Thread context. */
static inline bool tn_mutex_take(struct tn_mutex *mutex, struct tn_thread *self)
{
    uintptr_t word;
    uint32_t failed;

    do {
        __asm__ volatile("ldaxr %0, %1" : "=&r"(word) : "Q"(mutex->word) : "memory");
        if (TN_UNLIKELY(word != 0)) {
            return false;
        }
        __asm__ volatile("stxr %w0, %2, %1"
                         : "=&r"(failed), "=Q"(mutex->word)
                         : "r"(self)
                         : "memory");
    } while (TN_UNLIKELY(failed));
    return true;
}

/*
 * Lock; wait until `deadline`, ticks of tn_time_ticks() or TN_FOREVER.  TN_EDEADLK: the caller
 * has it; TN_EINVAL: the caller is more urgent than the ceiling; TN_EAGAIN: too deep;
 * TN_EOWNERDEAD: locked, but see tn_mutex_repair(); TN_ENOTRECOVERABLE; TN_ETIMEDOUT;
 * TN_EPERM: in a handler.
 */
static inline int tn_mutex_lock_until(struct tn_mutex *mutex, uint64_t deadline)
{
    return TN_LIKELY(tn_mutex_context() && tn_mutex_take(mutex, tn_thread_self()))
               ? TN_OK
               : tn_mutex_lock_slow(mutex, deadline);
}

static inline int tn_mutex_lock(struct tn_mutex *mutex)
{
    return tn_mutex_lock_until(mutex, TN_FOREVER);
}

/* Lock if it is free: TN_EBUSY if not; errors as above.  Not in a handler, either. */
int tn_mutex_try(struct tn_mutex *mutex);

/*
 * Unlock; the most urgent waiter becomes the owner.  TN_EPERM: the caller has not locked it, or is
 * a handler.
 */
static inline int tn_mutex_unlock(struct tn_mutex *mutex)
{
    uintptr_t word;
    uint32_t failed;

    if (TN_UNLIKELY(!tn_mutex_context())) {
        return TN_EPERM;
    }
    do {
        __asm__ volatile("ldxr %0, %1" : "=&r"(word) : "Q"(mutex->word) : "memory");
        if (TN_UNLIKELY(word != (uintptr_t)tn_thread_self())) {
            return tn_mutex_unlock_slow(mutex);
        }
        __asm__ volatile("stlxr %w0, xzr, %1" : "=&r"(failed), "=Q"(mutex->word) : : "memory");
    } while (TN_UNLIKELY(failed));
    return TN_OK;
}

/* What a robust mutex protects is consistent again.  TN_EINVAL: the caller cannot say so. */
int tn_mutex_repair(struct tn_mutex *mutex);

/* Change the ceiling; returns the old one, or a negative error as tn_mutex_lock(). */
int tn_mutex_set_ceiling(struct tn_mutex *mutex, uint32_t ceiling);

/* The owner, NULL if it is free.  Any context. */
static inline struct tn_thread *tn_mutex_owner(const struct tn_mutex *mutex)
{
    return (struct tn_thread *)(__atomic_load_n(&mutex->word, __ATOMIC_RELAXED) &
                                ~(uintptr_t)TN_MUTEX_SLOW);
}

#endif
