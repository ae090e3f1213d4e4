/* SPDX-License-Identifier: Apache-2.0 */
/* Between the sources of this library: a slot, and whether something fits it. */
#ifndef CREATE_INTERNAL_H
#define CREATE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tn/abi/part.h>
#include <tn/abi/partition.h>

/* All CPUs see it.  Who has made the partition's state CHANGING may change it. */
struct slot {
    uint64_t memory, size; /* offset in the image's memory, and bytes */
    uint64_t ipa;          /* where programs are linked */
    uint32_t partition;    /* 0: no slot, since the first partition is none */
    uint32_t done;         /* bytes that are filled, or that are cleared */
    uint32_t crc;          /* of those that are filled */
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

/* Check slot->desc, which nobody else can change any more; 0 or a result of the hypercall. */
long slot_check(struct slot *slot);

/* Make slot->desc, which has passed, one of the image: its offsets, and what is the slot's. */
void slot_adopt(struct slot *slot);

#endif
