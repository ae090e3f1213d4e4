/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Linux side of channels (tn/chan.h): for programs in a partition of mode linux, with the
 * kernel's own drivers, no module of ours.
 *
 *     if (tn_linux_open() == TN_OK && tn_chan_open(&chan, "setpoint") == TN_OK) ...
 *
 * Memory is mapped by /dev/mem, so that a program needs CAP_SYS_RAWIO.  It is device memory: this
 * library reads and writes it by single aligned bytes and words, and nobody else should touch it.
 * A doorbell is rung by a store to a page of Mortise's, and heard as a key of the stock drivers
 * gpio-keys and evdev: its event device has the name "tenon-channel <channel>".  tn_chan_attach()
 * is not here: a program waits, or polls the descriptor among others.  Not for several threads.
 */
#ifndef TN_LINUX_H
#define TN_LINUX_H

#include <tn/abi/channel.h>
#include <tn/chan.h>

#define TN_LINUX_CHANNELS 64u /* of one partition */

/* What tn_linux_open() has found: the first `count` ones; a name of "" ends them. */
extern struct tn_channel_end tn_channels[TN_LINUX_CHANNELS];

/*
 * Find the partition's channels and map their memory, once, before tn_chan_open().  Returns TN_OK;
 * TN_ENOENT: this is no partition, or it has no channels; TN_EIO: the memory cannot be mapped,
 * errno says why.
 */
int tn_linux_open(void);

/*
 * Receiver: the descriptor that becomes readable when the doorbell rings, for poll() and kin; the
 * library's own, tn_linux_wait() empties it.  What was rung before the first call is not told: look
 * into the channel after it.  TN_EPERM: the channel has no doorbell, or it is the other side's;
 * TN_ENOENT: there is no such event device, load evdev and gpio_keys; TN_EIO: it cannot be opened,
 * errno says why.
 */
int tn_linux_fd(const struct tn_chan *chan);

/*
 * Receiver: sleep until the doorbell rings, at most `timeout_ms` milliseconds, below 0: for ever.
 * Rings since the last call count, as one; so look into the channel, then wait, then look again.
 * TN_OK; TN_EAGAIN: it has not rung, or a signal came; else as tn_linux_fd().
 */
int tn_linux_wait(const struct tn_chan *chan, int timeout_ms);

#endif
