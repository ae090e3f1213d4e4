/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Read-write locks.  Who unlocks hands the lock to the next ones, so that nobody overtakes; who
 * waits says in tn_thread.transfer whether it wants to write.
 */
#include <tn/kernel.h>
#include <tn/rwlock.h>

static char want_write; /* its address stands in `transfer` */

static int wait(struct tn_rwlock *lock, void *want, uint64_t deadline)
{
    if (deadline == 0) {
        tn_kernel_leave();
        return TN_EBUSY;
    }
    tn_thread_self()->transfer = want;
    return (int)tn_block_until(&lock->waiters, deadline);
}

static int read_once(struct tn_rwlock *lock, uint64_t deadline)
{
    struct tn_thread *self = tn_thread_self();
    const struct tn_thread *first;

    if (tn_in_irq()) {
        return TN_EPERM;
    }
    tn_kernel_enter();
    first = lock->waiters.first;
    if (lock->writer == self) {
        tn_kernel_leave();
        return TN_EDEADLK;
    }
    if (lock->writer != NULL || (first != NULL && first->run.level <= self->run.level)) {
        return wait(lock, NULL, deadline);
    }
    if (lock->readers == UINT32_MAX) {
        tn_kernel_leave();
        return TN_EAGAIN;
    }
    lock->readers++;
    tn_kernel_leave();
    return TN_OK;
}

static int write_once(struct tn_rwlock *lock, uint64_t deadline)
{
    struct tn_thread *self = tn_thread_self();

    if (tn_in_irq()) {
        return TN_EPERM;
    }
    tn_kernel_enter();
    if (lock->writer == self) {
        tn_kernel_leave();
        return TN_EDEADLK;
    }
    if (lock->writer != NULL || lock->readers != 0) {
        return wait(lock, &want_write, deadline);
    }
    lock->writer = self;
    tn_kernel_leave();
    return TN_OK;
}

/* A signal does not end a wait: its handler has run, and we wait on. */
int tn_rwlock_read(struct tn_rwlock *lock, uint64_t deadline)
{
    int result;

    do {
        result = read_once(lock, deadline);
    } while (TN_UNLIKELY(result == TN_EINTR));
    return result;
}

int tn_rwlock_write(struct tn_rwlock *lock, uint64_t deadline)
{
    int result;

    do {
        result = write_once(lock, deadline);
    } while (TN_UNLIKELY(result == TN_EINTR));
    return result;
}

/* Let the first waiter in if it may be; kernel lock held. */
static bool admit_one(struct tn_rwlock *lock)
{
    struct tn_thread *t = lock->waiters.first;

    if (t == NULL || lock->writer != NULL) {
        return false;
    }
    if (t->transfer != &want_write) {
        lock->readers++;
    } else if (lock->readers == 0) {
        lock->writer = t;
    } else {
        return false;
    }
    tn_waitq_pop(&lock->waiters);
    tn_wake(t, TN_OK);
    return true;
}

int tn_rwlock_unlock(struct tn_rwlock *lock)
{
    struct tn_thread *self = tn_thread_self();

    tn_kernel_enter();
    if (lock->writer == self) {
        lock->writer = NULL;
    } else if (lock->readers != 0) {
        lock->readers--;
    } else {
        tn_kernel_leave();
        return TN_EPERM;
    }
    tn_kernel_leave();

    /* One at a time: the masked section must not grow with the number of readers. */
    tn_sched_lock();
    for (bool more = true; more;) {
        tn_kernel_enter();
        more = admit_one(lock);
        tn_kernel_leave();
    }
    tn_sched_unlock();
    return TN_OK;
}
