/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting semaphores.  A give while somebody waits hands the unit to the most urgent waiter,
 * the longest waiting among equals; nobody can overtake it.  Taking and giving without a waiter
 * touch one word and make no call.
 */
#ifndef TN_SEM_H
#define TN_SEM_H

#include <stdint.h>
#include <tn/thread.h>

#define TN_SEM_MAX INT32_MAX

/* The word is the count, or -1: none is there and somebody may wait. */
struct tn_sem {
    int32_t word;
    uint32_t max;
    struct tn_waitq waiters;
};

/* Initialiser: struct tn_sem s = TN_SEM_INIT(0, 1). */
#define TN_SEM_INIT(count, most)                                                                   \
    {                                                                                              \
        .word = (count), .max = (most)                                                             \
    }

/* A semaphore with `count` units that holds `max` at most, 1 .. TN_SEM_MAX. */
static inline void tn_sem_init(struct tn_sem *sem, uint32_t count, uint32_t max)
{
    *sem = (struct tn_sem)TN_SEM_INIT((int32_t)count, max);
}

/*
 * What tn_sem_take() and tn_sem_give() do when their word says that it is not simple.  Not int,
 * so that they can end in a jump to the switch, whose result is long.
 */
long tn_sem_take_slow(struct tn_sem *sem, uint64_t deadline);
long tn_sem_give_slow(struct tn_sem *sem);

/* Take a unit if there is one: TN_EAGAIN if not.  Any context. */
static inline int tn_sem_try(struct tn_sem *sem)
{
    int32_t count;
    uint32_t failed;

    do {
        __asm__ volatile("ldaxr %w0, %1" : "=&r"(count) : "Q"(sem->word) : "memory");
        if (count <= 0) {
            return TN_EAGAIN;
        }
        __asm__ volatile("stxr %w0, %w2, %1"
                         : "=&r"(failed), "=Q"(sem->word)
                         : "r"(count - 1)
                         : "memory");
    } while (TN_UNLIKELY(failed));
    return TN_OK;
}

/*
 * Take a unit; wait for one until `deadline`, ticks of tn_time_ticks() or TN_FOREVER.  Thread
 * context.  TN_ETIMEDOUT; TN_EPERM: from a handler; TN_ECANCELED: the semaphore was reset.
 */
static inline int tn_sem_take_until(struct tn_sem *sem, uint64_t deadline)
{
    return TN_LIKELY(tn_sem_try(sem) == TN_OK) ? TN_OK : (int)tn_sem_take_slow(sem, deadline);
}

static inline int tn_sem_take(struct tn_sem *sem)
{
    return tn_sem_take_until(sem, TN_FOREVER);
}

/*
 * Give a unit.  Any context; a more urgent thread that waited runs before this returns, from
 * a handler when the last handler has returned.  TN_EOVERFLOW: `max` are there.
 */
static inline int tn_sem_give(struct tn_sem *sem)
{
    const uint32_t max = sem->max; /* not between the exclusives: no other access there */
    uint32_t failed;

    do {
        uint32_t count;

        __asm__ volatile("ldxr %w0, %1" : "=&r"(count) : "Q"(sem->word) : "memory");
        if (TN_UNLIKELY(count >= max)) {
            return (int)tn_sem_give_slow(sem);
        }
        __asm__ volatile("stlxr %w0, %w2, %1"
                         : "=&r"(failed), "=Q"(sem->word)
                         : "r"(count + 1)
                         : "memory");
    } while (TN_UNLIKELY(failed));
    return TN_OK;
}

/* Units that are there now.  Any context. */
static inline uint32_t tn_sem_count(const struct tn_sem *sem)
{
    int32_t word = __atomic_load_n(&sem->word, __ATOMIC_RELAXED);

    return word < 0 ? 0 : (uint32_t)word;
}

#endif
