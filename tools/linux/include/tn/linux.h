/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Linux side of channels (tn/chan.h): for programs in a partition of mode linux, with the
 * kernel's own /dev/mem and device tree, no module.  Polling only; a program needs CAP_SYS_RAWIO.
 *
 *     if (tn_linux_open() == TN_OK && tn_chan_open(&chan, "setpoint") == TN_OK) ...
 *
 * The memory is mapped as device memory: this library reads and writes it by single aligned
 * bytes and words, and nobody else should touch it.
 */
#ifndef TN_LINUX_H
#define TN_LINUX_H

#include <tn/abi/channel.h>

#define TN_LINUX_CHANNELS 64u /* of one partition */

/* What tn_linux_open() has found: the first `count` ones; a name of "" ends them. */
extern struct tn_channel_end tn_channels[TN_LINUX_CHANNELS];

/*
 * Find the partition's channels and map their memory, once, before tn_chan_open().  Returns TN_OK;
 * TN_ENOENT: this is no partition, or it has no channels; TN_EIO: the memory cannot be mapped,
 * errno says why.
 */
int tn_linux_open(void);

#endif
