/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL1's translation tables, as far as a program changes its own: <tn/guard.h>.  The tables lead
 * back to themselves (entry 511 of the root is the root, Arm ARM D5.2), so that each entry has an
 * address whatever physical memory the tables are in: rtos/bare-boot makes them so on bare metal,
 * rtos/stage1-mortise on Mortise.  docs/tenon.md, "Stack overflow", says which invalidation is for
 * what.
 */
#ifndef TN_STAGE1_H
#define TN_STAGE1_H

#include <stdint.h>
#include <tn/board.h>

#define TN_STAGE1_PAGE 4096u
#define TN_STAGE1_ENTRIES 512u
#define TN_STAGE1_SELF 511u /* of the root */

/* The root is at level 2 where its 512 entries reach beyond guest-physical addresses, else at 1. */
#define TN_STAGE1_BITS (TN_BOARD_IPA_BITS < 30 ? 30 : 39)

/* Entries of stage 1, EL1&0 regime (Arm ARM D5.3).  Tables are pages, too: what leads to one has
 * the bits that make it readable where it is met as the last level. */
#define TN_PTE_VALID 1ull
#define TN_PTE_TABLE 3ull
#define TN_PTE_PAGE 3ull
#define TN_PTE_BLOCK 1ull
#define TN_PTE_SHARED (3ull << 8)
#define TN_PTE_ACCESSED (1ull << 10)
#define TN_PTE_PXN (1ull << 53)
#define TN_PTE_UXN (1ull << 54)
#define TN_PTE_ADDRESS 0x0000fffffffff000ull
#define TN_PTE_BELOW (TN_PTE_TABLE | TN_PTE_SHARED | TN_PTE_ACCESSED | TN_PTE_PXN | TN_PTE_UXN)

/* A table of `entry`, a block at `level` (1, 2): the same map in smaller pieces.  0: no memory. */
uint64_t tn_stage1_split(uint64_t entry, unsigned level);

/*
 * Of the machine.  Make the tables, if there are none yet, and use them; TN_OK or TN_ENOMEM.  And
 * on another CPU, once it has begun.
 */
int tn_stage1_start(void);
void tn_stage1_join(void);

#endif
