/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the image's pool (`memory_pool` in the manifest), which partitions ask for while they
 * run, share and give back.  A range has the same address for everyone who has it.  What
 * a partition has at its end goes back by itself; what its peer still has stays with that.
 * All CPUs of a partition have it.  Hypercalls; any context, each range by one at a time.
 */
#ifndef TN_MEMORY_H
#define TN_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <tn/errno.h>

#define TN_MEMORY_MAX 0x400000u /* bytes of one range */

/*
 * A range of `size` bytes, rounded up to pages, all zero; from 2 MiB on aligned to that.  NULL: the
 * size is 0 or beyond TN_MEMORY_MAX, or the pool has no room.  The time goes with the size: some
 * 300 instructions a page.
 */
void *tn_memory_ask(size_t size);

/*
 * Give back a range that one has asked for or accepted.  TN_EBUSY: another partition has accepted
 * it and not given it back; TN_EINVAL: not the beginning of a range that one has.
 */
int tn_memory_give(void *range);

/*
 * Offer a range of one's own to a partition (its number in the manifest's order, from 0), in place
 * of an earlier offer.  TN_EBUSY: somebody has accepted it; TN_EINVAL.
 */
int tn_memory_share(void *range, unsigned partition, bool writable);

/* Have a range that is offered; returns its bytes, or TN_EINVAL: no such offer. */
long tn_memory_accept(void *range);

#endif
