/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of a partition that is created at run time (hypercall group CREATE), as `tnimage build
 * --format part` writes it: this head, a partition descriptor right behind it, and the bytes of
 * its segment.  Little-endian.
 *
 * In the descriptor `source` of regions of kind IMAGE and MEMORY is an offset in the slot's memory:
 * the segment lies at 0, memory begins at the first page behind it.  Name, CPUs, flags, restart
 * policy and watchdog are the slot's; what the descriptor says of them is not looked at.
 *
 * Channels are in no region, interrupt or doorbell of the descriptor.  The segment has a struct
 * tn_channel_end (tn/abi/channel.h) for each, tn_channels[] of the program: name, kind, role and
 * sizes are what the program wants, and the slot has to have that.  Where it lies and how it rings
 * is the slot's: Mortise writes the slot's record in its place, and adds what belongs to it to the
 * descriptor.  So a file fits every slot with such channels.
 */
#ifndef TN_ABI_PART_H
#define TN_ABI_PART_H

#include <stddef.h>
#include <stdint.h>

#define TN_PART_MAGIC 0x54504e54u /* "TNPT" */
#define TN_PART_VERSION 2u
#define TN_PART_DESC_MAX 1024u /* bytes of its descriptor, and of a slot's, with channels */
#define TN_PART_CHANNELS 8u    /* of a slot, at most */

struct tn_part {
    uint32_t magic;
    uint16_t version;
    uint16_t desc_size;
    uint32_t segment_offset;  /* in the file, behind the descriptor */
    uint32_t segment_size;    /* bytes, not 0 */
    uint32_t segment_crc;     /* CRC-32, as that of boot images */
    uint32_t channels_offset; /* in the segment: struct tn_channel_end[], a multiple of 8 */
    uint32_t channel_count;   /* 0: channels_offset is 0 */
    uint32_t crc;             /* CRC-32 of what is above, then of the descriptor */
};

_Static_assert(sizeof(struct tn_part) == 32, "layout is ABI");
_Static_assert(offsetof(struct tn_part, channels_offset) == 20, "layout is ABI");
_Static_assert(offsetof(struct tn_part, crc) == 28, "layout is ABI");

/*
 * The segment of a slot in the image, which has no program: from this offset to its end a struct
 * tn_channel_end for each channel of the slot, with its addresses and doorbells.
 */
#define TN_SLOT_CHANNELS 64u

/*
 * Where regions of a slot with `memory` bytes may lie in guest-physical space: in so many bytes
 * from the board's ram_ipa on, where every program is linked.  Data of a program begins at most
 * 1 MiB behind its text, or at a multiple of 16 MiB where there is a block of 2 MiB or more of it.
 */
#define TN_PART_BLOCK 0x200000ull
#define TN_PART_FAR 0x1000000ull

static inline uint64_t tn_part_window(uint64_t memory)
{
    uint64_t blocks = (memory + TN_PART_BLOCK - 1) & ~(TN_PART_BLOCK - 1);

    return blocks + (memory < TN_PART_BLOCK ? TN_PART_BLOCK
                                            : (memory + TN_PART_FAR - 1) & ~(TN_PART_FAR - 1));
}

#endif
