/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Channels: how partitions of one image talk.  A [[channel]] of the manifest has a name, one
 * sender, one receiver and a kind:
 *
 *   message   up to `slots` messages of up to `size` bytes, each received once and in order
 *   latest    a value of `size` bytes, of which the receiver sees the newest; wait-free
 *   doorbell  no data
 *
 * and with `notify = true` (a doorbell always) an interrupt that the sender can raise at the
 * receiver.  Sending and receiving is memory alone: no hypercall, no exit, no lock.  Either side
 * may be in any mode, may be hostile and may be restarted: what it can spoil is what it sends.  A
 * side of a channel is one struct tn_chan, used by one thread or handler at a time.
 */
#ifndef TN_CHAN_H
#define TN_CHAN_H

#include <stdint.h>
#include <tn/abi/channel.h>
#include <tn/errno.h>
#include <tn/latest.h>
#include <tn/ring.h>

struct tn_chan {
    const struct tn_channel_end *end;
    union {
        struct tn_ring ring;
        struct tn_latest latest;
    };
};

/*
 * Open this partition's side of the channel with this name.  TN_ENOENT: the manifest gives the
 * partition none.  May be called again, which begins where the memory says; when a side has made
 * that invalid (TN_EIO of the functions below) the channel begins empty.  Thread or start-up.
 */
int tn_chan_open(struct tn_chan *chan, const char *name);

/*
 * Kind message, sender: send `size` bytes, 0 to the channel's size.  TN_OK; TN_EAGAIN: no room
 * until the receiver takes something; TN_EINVAL: too long; TN_EIO: the receiver broke the ring;
 * TN_EPERM: another kind or side.  Any context.
 */
int tn_chan_send(struct tn_chan *chan, const void *message, uint32_t size);

/*
 * Kind message, receiver: take the oldest message, up to `max` bytes; returns its size.  TN_EAGAIN:
 * there is none; TN_ENOSPC: it is longer than `max`, and stays; TN_EIO: the sender broke the ring;
 * TN_EPERM.  Any context.
 */
int64_t tn_chan_receive(struct tn_chan *chan, void *message, uint32_t max);

/* Kind latest, sender: the value, as many bytes as the channel's size.  TN_OK, TN_EPERM. */
int tn_chan_write(struct tn_chan *chan, const void *value);

/*
 * Kind latest, receiver: the newest value, as many bytes as the channel's size.  Returns how many
 * were written so far: the same number again, the same value.  TN_EAGAIN: none yet; TN_EPERM.
 */
int64_t tn_chan_read(struct tn_chan *chan, void *value);

/*
 * Sender: ring the channel's doorbell.  After a message or a value, so that the receiver need not
 * poll; rings that it has not taken yet are one.  One hypercall.  TN_EPERM: the channel has no
 * doorbell, is not this side's to ring, or the receiver takes no interrupts.  Any context.
 */
int tn_chan_ring(struct tn_chan *chan);

/*
 * Receiver: call `handler(arg)` when the doorbell rings; it runs as an interrupt handler
 * (tn/irq.h).  What was rung before is not told again: look into the channel after this.  TN_EPERM:
 * no doorbell, or the other side's; else as tn_irq_attach().  Not from a handler.
 */
int tn_chan_attach(struct tn_chan *chan, void (*handler)(void *arg), void *arg);

#endif
