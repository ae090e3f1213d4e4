/* SPDX-License-Identifier: Apache-2.0 */
/* The receiver's end of a doorbell: an interrupt like any other. */
#include <tn/chan.h>

#include <tn/irq.h>

int tn_chan_attach(struct tn_chan *chan, void (*handler)(void *arg), void *arg)
{
    const struct tn_channel_end *end = chan->end;
    int error;

    if (end->notify == 0 || end->role != TN_CHANNEL_RECEIVER) {
        return TN_EPERM;
    }
    error = tn_irq_attach(end->doorbell, handler, arg);
    return error == TN_OK ? tn_irq_enable(end->doorbell) : error;
}
