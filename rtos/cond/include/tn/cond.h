/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Condition variables.  Waiting and signalling are thread context; a wait may end without a
 * signal only by its deadline or a cancellation, never by chance.
 */
#ifndef TN_COND_H
#define TN_COND_H

#include <stdint.h>
#include <tn/mutex.h>
#include <tn/thread.h>

struct tn_cond {
    struct tn_waitq waiters;
};

#define TN_COND_INIT                                                                               \
    {                                                                                              \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

/*
 * Unlock `mutex` and wait for a signal in one step, until `deadline` (ticks of tn_time_ticks(), or
 * TN_FOREVER); locks `mutex` again in any case but TN_EPERM: the caller has not locked it.
 * TN_ETIMEDOUT; errors of tn_mutex_lock() when locking again fails.
 */
int tn_cond_wait(struct tn_cond *cond, struct tn_mutex *mutex, uint64_t deadline);

int tn_cond_signal_slow(struct tn_cond *cond);

/* Wake the most urgent waiter, if there is one.  Any context. */
static inline void tn_cond_signal(struct tn_cond *cond)
{
    /* Who is not in the queue yet still holds the mutex, and looks at its condition again. */
    if (__atomic_load_n(&cond->waiters.first, __ATOMIC_RELAXED) != NULL) {
        tn_cond_signal_slow(cond);
    }
}

/* Wake all waiters.  Any context. */
void tn_cond_broadcast(struct tn_cond *cond);

#endif
