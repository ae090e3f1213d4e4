/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Barriers.  Two queues: the last of a round wakes one while early ones of the next round enter
 * the other.  A third round cannot begin before all of the first have left.
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
        return (int)tn_block(q);
    }
    barrier->arrived = 0;
    barrier->round++;
    tn_kernel_leave();

    tn_sched_lock();
    for (bool more = true; more;) {
        tn_kernel_enter();
        more = !tn_waitq_empty(q);
        if (more) {
            tn_wake(tn_waitq_pop(q), 0);
        }
        tn_kernel_leave();
    }
    tn_sched_unlock();
    return 1;
}
