/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Condition variables.  The mutex is unlocked and the queue entered in one section of the
 * kernel lock: a signal cannot fall in between.  A woken thread locks the mutex by itself.
 */
#include <tn/cond.h>
#include <tn/kernel.h>
#include <tn/kernel_mutex.h>
#include <tn/kernel_time.h>

int tn_cond_wait(struct tn_cond *cond, struct tn_mutex *mutex, uint64_t deadline)
{
    struct tn_thread *self = tn_thread_self();
    uint32_t depth = mutex->depth;
    long result;
    int locked;

    if (tn_mutex_owner(mutex) != self || tn_in_irq()) {
        return TN_EPERM;
    }
    if (deadline <= tn_time_counter()) {
        return TN_ETIMEDOUT;
    }
    tn_kernel_enter();
    tn_mutex_pass(mutex, self, TN_OK);
    if (deadline != TN_FOREVER) {
        tn_time_start(&self->timeout, deadline);
    }
    result = tn_block(&cond->waiters);
    locked = tn_mutex_lock(mutex);
    if (depth != 0) {
        mutex->depth = depth;
        __atomic_fetch_or(&mutex->word, TN_MUTEX_SLOW, __ATOMIC_RELAXED);
    }
    return locked != TN_OK ? locked : (int)result;
}

int tn_cond_signal_slow(struct tn_cond *cond)
{
    uint64_t daif = tn_kernel_lock();

    if (!tn_waitq_empty(&cond->waiters)) {
        struct tn_thread *t = tn_waitq_pop(&cond->waiters);

        if (tn_wake(t, TN_OK)) {
            return (int)tn_reschedule(t, daif, TN_OK);
        }
    }
    tn_kernel_unlock(daif);
    return TN_OK;
}

void tn_cond_broadcast(struct tn_cond *cond)
{
    if (__atomic_load_n(&cond->waiters.first, __ATOMIC_RELAXED) != NULL) {
        tn_wake_all(&cond->waiters, TN_OK);
    }
}
