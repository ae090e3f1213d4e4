/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Semaphores when somebody waits.  The word is changed by exclusives here, too: the fast paths
 * run without the kernel lock.
 */
#include <tn/kernel.h>
#include <tn/sem.h>

/* Take a unit, or set the word to -1 so that the next give comes to us: false. */
static inline bool take_or_mark(struct tn_sem *sem)
{
    int32_t count;
    uint32_t failed;

    __asm__ volatile("1:\n\t"
                     "ldaxr %w0, %2\n\t"
                     "subs %w0, %w0, #1\n\t"
                     "csinv %w0, %w0, wzr, pl\n\t"
                     "stxr %w1, %w0, %2\n\t"
                     "cbnz %w1, 1b"
                     : "=&r"(count), "=&r"(failed), "+Q"(sem->word)
                     :
                     : "cc", "memory");
    return count >= 0;
}

long tn_sem_take_slow(struct tn_sem *sem, uint64_t deadline)
{
    if (tn_in_irq()) {
        return TN_EPERM;
    }
    tn_kernel_enter();
    if (take_or_mark(sem)) {
        tn_kernel_leave();
        return TN_OK;
    }
    if (TN_LIKELY(deadline == TN_FOREVER)) {
        return tn_block(&sem->waiters);
    }
    return tn_block_until(&sem->waiters, deadline);
}

/* Nobody waits: the limit was reached, or -1 was left behind by a wait that ended otherwise. */
static int give_nobody(struct tn_sem *sem, uint64_t daif)
{
    int32_t word = __atomic_load_n(&sem->word, __ATOMIC_RELAXED);
    int result = TN_OK;

    do {
        if (word >= 0 && (uint32_t)word >= sem->max) {
            result = TN_EOVERFLOW;
            break;
        }
    } while (!__atomic_compare_exchange_n(&sem->word, &word, word < 0 ? 1 : word + 1, true,
                                          __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    tn_kernel_unlock(daif);
    return result;
}

long tn_sem_give_slow(struct tn_sem *sem)
{
    uint64_t daif = tn_kernel_lock();
    struct tn_thread *t;

    if (TN_UNLIKELY(tn_waitq_empty(&sem->waiters))) {
        return give_nobody(sem, daif);
    }
    t = tn_waitq_pop(&sem->waiters);
    if (!tn_wake(t, TN_OK)) {
        tn_kernel_unlock(daif);
        return TN_OK;
    }
    return tn_reschedule(t, daif, TN_OK);
}
