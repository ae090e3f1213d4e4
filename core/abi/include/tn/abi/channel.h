/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A channel as its two ends see it.  The builder writes one struct tn_channel_end for each channel
 * of a partition into its program (tn_channels[], in order of name); Mortise knows of a channel
 * only its memory, as regions of the descriptor, and its doorbell, as an INTID.  Of a program for a
 * slot (tn/abi/part.h) it writes the addresses and doorbells itself.
 *
 * Memory.  Two ranges of pages that follow each other in guest-physical space: the sender's, which
 * the receiver can only read, and behind it one page of the receiver's, which the sender can only
 * read.  The control words lie on both sides of that border, each end's in a cache line of its
 * own: struct tn_ring_shared or struct tn_latest_shared begins TN_CHANNEL_CONTROL bytes before the
 * end of the sender's pages.  The data begins with the sender's pages.  Mortise clears all of it at
 * boot, and never again: an end that is restarted goes on where it was.  Little-endian.
 */
#ifndef TN_ABI_CHANNEL_H
#define TN_ABI_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#define TN_CHANNEL_CONTROL 64u

/*
 * All channels lie in this many bytes below the board's ram_ipa.  The page below them is for
 * programs that cannot make a hypercall, a kernel's: a store of 32 bits to word n of it rings the
 * partition's doorbell n as TN_HC_CHAN_RING does.  It reads as zero.
 */
#define TN_CHANNEL_WINDOW 0x1000000u
#define TN_CHANNEL_BELLS(ram_ipa) ((ram_ipa)-TN_CHANNEL_WINDOW - 0x1000u)

/* tn_channel_end.kind */
#define TN_CHANNEL_MESSAGE 1u  /* messages, each received once and in order: core/ring */
#define TN_CHANNEL_LATEST 2u   /* a value, of which the receiver sees the newest: core/latest */
#define TN_CHANNEL_DOORBELL 3u /* nothing but the doorbell; no memory */

/* tn_channel_end.role */
#define TN_CHANNEL_SENDER 1u
#define TN_CHANNEL_RECEIVER 2u

struct tn_channel_end {
    char name[32];     /* NUL-terminated and NUL-padded */
    uint64_t memory;   /* guest-physical address of the sender's pages */
    uint32_t pages;    /* bytes of them */
    uint32_t capacity; /* TN_CHANNEL_MESSAGE: bytes of the ring */
    uint32_t size;     /* bytes of the largest message, or of the value */
    uint16_t kind;
    uint16_t role;
    /* With notification: receiver: INTID; sender: number for TN_HC_CHAN_RING.  Else 0. */
    uint16_t doorbell;
    uint16_t notify; /* 1: there is a doorbell */
    uint32_t reserved;
};

_Static_assert(sizeof(struct tn_channel_end) == 64, "templates/channels.S.j2 emits it");
_Static_assert(offsetof(struct tn_channel_end, memory) == 32, "layout is ABI");
_Static_assert(offsetof(struct tn_channel_end, kind) == 52, "layout is ABI");
_Static_assert(offsetof(struct tn_channel_end, doorbell) == 56, "layout is ABI");

#endif
