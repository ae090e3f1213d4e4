/* SPDX-License-Identifier: Apache-2.0 */
/* The sender's end of a doorbell. */
#include <tn/chan.h>

#include <tn/hypercall.h>

/*
 * What was sent is visible to the receiver before its interrupt is: the release store of the index
 * is complete (DSB) before the call, at whose end Mortise writes to the interrupt controller.
 */
int tn_chan_ring(struct tn_chan *chan)
{
    const struct tn_channel_end *end = chan->end;

    if (end->notify == 0 || end->role != TN_CHANNEL_SENDER) {
        return TN_EPERM;
    }
    __asm__ volatile("dsb ishst" : : : "memory");
    return tn_hypercall1(TN_HC_CHAN_RING, end->doorbell) == TN_HC_OK ? TN_OK : TN_EPERM;
}
