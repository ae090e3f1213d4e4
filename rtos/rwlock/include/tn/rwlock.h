/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Read-write locks: many readers or one writer.  A reader waits behind a waiting writer of its
 * own or a more urgent priority, so that writers do not starve.  No priority inheritance: use
 * a mutex where that matters.  Thread context, all of it.
 */
#ifndef TN_RWLOCK_H
#define TN_RWLOCK_H

#include <stdint.h>
#include <tn/thread.h>

struct tn_rwlock {
    uint32_t readers;
    struct tn_thread *writer;
    struct tn_waitq waiters;
};

#define TN_RWLOCK_INIT                                                                             \
    {                                                                                              \
        0                                                                                          \
    }

/*
 * Lock for reading or for writing; wait until `deadline`, ticks of tn_time_ticks(), TN_FOREVER,
 * or 0: do not wait (TN_EBUSY).  TN_EDEADLK: the caller writes; TN_EAGAIN: too many readers;
 * TN_ETIMEDOUT; TN_EPERM: in a handler.
 */
int tn_rwlock_read(struct tn_rwlock *lock, uint64_t deadline);
int tn_rwlock_write(struct tn_rwlock *lock, uint64_t deadline);

/* Undo either.  TN_EPERM: nobody reads, and the caller does not write. */
int tn_rwlock_unlock(struct tn_rwlock *lock);

#endif
