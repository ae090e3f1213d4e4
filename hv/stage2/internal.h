/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 2 within this library: the format of its tables, and what its files have of each other. */
#ifndef STAGE2_INTERNAL_H
#define STAGE2_INTERNAL_H

#include <stdint.h>
#include <tn/board.h>
#include <tn/hv/partition.h>

#define BLOCK_SHIFT 21
#define GIB_SHIFT 30
#define TABLE_ENTRIES 512u

/* The root is at level 2 where its at most 512 entries of 2 MiB reach, else at level 1. */
#define ROOT_AT_LEVEL_2 (CONFIG_HV_IPA_BITS <= GIB_SHIFT)
#define ROOT_ENTRIES (1u << (CONFIG_HV_IPA_BITS - (ROOT_AT_LEVEL_2 ? BLOCK_SHIFT : GIB_SHIFT)))

/* Descriptors, stage 2: D5.3. */
#define S2_TABLE 3u
#define S2_PAGE 3u
#define S2_BLOCK 1u
#define S2_VALID 1ull /* of a table, a page, a block */
#define S2_NOT_BLOCK 2u
#define S2_PAGE_SHIFT 2         /* of a table: ignored bits, 11:2 */
#define S2_NORMAL (0xfu << 2)   /* Write-Back, Write-Back */
#define S2_UNCACHED (0x5u << 2) /* Non-cacheable */
#define S2_DEVICE (0x1u << 2)   /* Device-nGnRE */
#define S2_READ (1u << 6)
#define S2_WRITE (2u << 6)
#define S2_SHARED (3u << 8) /* inner shareable; ignored for a device */
#define S2_ACCESSED (1u << 10)
#define S2_XN (1ull << 54)
#define S2_ADDRESS 0x0000fffffffff000ull

/* The table that an entry leads to: this CPU's own, or one that all CPUs of the partition have. */
uint64_t *stage2_table(uint64_t entry);

/* Memory of the partition has been removed, and is not yet another's. */
void stage2_removed(void);

#endif
