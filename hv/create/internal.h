/* SPDX-License-Identifier: Apache-2.0 */
/* Between the sources of this library: a slot, and whether something fits it. */
#ifndef CREATE_INTERNAL_H
#define CREATE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tn/abi/channel.h>
#include <tn/abi/part.h>
#include <tn/abi/partition.h>

/* All CPUs see it.  Who has made the partition's state CHANGING may change it. */
struct slot {
    uint64_t memory, size;           /* offset in the image's memory, and bytes */
    uint32_t colours;                /* which pages from `memory` on; 0: all */
    uint64_t ipa;                    /* where programs are linked */
    uint32_t partition;              /* 0: no slot, since the first partition is none */
    uint32_t done;                   /* bytes that are filled, or that are cleared */
    uint32_t crc;                    /* of those that are filled */
    uint32_t own_count;              /* channels that it has */
    uint8_t given[TN_PART_CHANNELS]; /* to what is created, in its order: which of them */
    struct tn_channel_end own[TN_PART_CHANNELS];
    struct tn_part head;
    uint64_t bound[TN_PART_DESC_MAX / 8]; /* the slot's descriptor: what it has at most */
    uint64_t desc[TN_PART_DESC_MAX / 8];  /* that of what is created */
};

static inline struct tn_partition_desc *slot_bound(struct slot *slot)
{
    return (void *)slot->bound;
}

static inline struct tn_partition_desc *slot_desc(struct slot *slot)
{
    return (void *)slot->desc;
}

/* Where byte `offset`, at a page's beginning, of the slot's memory is in the image's. */
uint64_t slot_page(const struct slot *slot, uint64_t offset);

/* Check slot->desc, which nobody else can change any more; 0 or a result of the hypercall. */
long slot_check(struct slot *slot);

/*
 * Channels (channel.c).  Take the slot's records, from its segment in the image; see that it has
 * those of the file, whose segment the caller's guest has at `ipa`: 0 or a result of the hypercall;
 * add what belongs to them to slot->desc, which has passed; and put their records into `size` bytes
 * at `page`, which are the segment's from slot->done on.
 */
void slot_take_channels(struct slot *slot, const uint8_t *segment, uint32_t size);
long slot_check_channels(struct slot *slot, uint64_t ipa);
void slot_add_channels(struct slot *slot);
void slot_write_channels(const struct slot *slot, char *page, uint32_t size);

/* Make slot->desc, which has passed, one of the image: its offsets, and what is the slot's. */
void slot_adopt(struct slot *slot);

#endif
