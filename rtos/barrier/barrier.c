/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Barriers.  Two queues: the last of a round wakes one while early ones of the next round enter
 * the other.  A third round cannot begin before all of the first have left, because they are all
 * ready before another thread runs (tn_wake_all()).
 */
#include <tn/barrier.h>
#include <tn/kernel.h>

int tn_barrier_wait(struct tn_barrier *barrier)
{
    struct tn_waitq *q;

    if (tn_in_irq()) {
        return TN_EPERM;
    }
    tn_kernel_enter();
    q = &barrier->waiters[barrier->round & 1];
    if (++barrier->arrived < barrier->count) {
        uint32_t round = barrier->round;
        long result = tn_block(q);

        /* A signal does not end the wait: its handler has run, and we wait on. */
        while (TN_UNLIKELY(result == TN_EINTR)) {
            tn_kernel_enter();
            if (barrier->round != round) {
                tn_kernel_leave();
                return 0;
            }
            result = tn_block(q);
        }
        return (int)result;
    }
    barrier->arrived = 0;
    barrier->round++;
    tn_kernel_leave();
    tn_wake_all(q, 0);
    return 1;
}
