/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heap: two-level segregated fit, after Masmano, Ripoll, Crespo, Real: "TLSF: a New Dynamic
 * Memory Allocator for Real-Time Systems", ECRTS 2004.  Free blocks lie in lists by size: the
 * power of two, and 16 equal steps in it; two levels of bitmap find a list that fits.  A block
 * that is given back is merged with its free neighbours at once.
 *
 * All operations are O(1): no loop at all but the copy in tn_heap_realloc().  An allocation
 * takes a block of the first list in which every block is large enough, so at most 1/16 of
 * a block is passed over.  Overhead: 8 bytes an allocation, sizes in steps of 16, at least 32.
 *
 * Memory comes in regions from the caller, who keeps them alive.  No lock: the caller
 * serialises access.  Any context.  A broken heap (somebody wrote outside of his block) is
 * noticed when a neighbour is given back: TN_EFAULT; from then on nothing can be promised.
 */
#ifndef TN_HEAP_H
#define TN_HEAP_H

#include <stddef.h>
#include <stdint.h>

#define TN_HEAP_ALIGN 16u    /* of every allocation */
#define TN_HEAP_OVERHEAD 32u /* bytes of a region that are no one's */

#ifndef CONFIG_HEAP_MAX_LOG2
#define CONFIG_HEAP_MAX_LOG2 32
#endif

/* Sizes below 256 are in row 0, in steps of 16; row r > 0 is [2^(r+7), 2^(r+8)). */
#define TN_HEAP_ROWS (CONFIG_HEAP_MAX_LOG2 > 8 ? CONFIG_HEAP_MAX_LOG2 - 7u : 1u)
#define TN_HEAP_COLUMNS 16u

struct tn_heap_block;

struct tn_heap {
    uint64_t rows;                  /* bit r: columns[r] is not 0 */
    uint16_t columns[TN_HEAP_ROWS]; /* bit c: list[r][c] is not empty */
    uintptr_t low, high;            /* all blocks lie in between */
    size_t used;                    /* bytes given out, with the overhead of each block */
    size_t size;                    /* bytes of all regions, without their overhead */
    struct tn_heap_block *list[TN_HEAP_ROWS][TN_HEAP_COLUMNS];
};

/* A heap without memory. */
void tn_heap_init(struct tn_heap *heap);

/*
 * Add the region of `size` bytes at `memory`, which no one else uses and which overlaps none
 * before.  Returns TN_EINVAL if less than one block fits or the region wraps; what is beyond the
 * largest block (2^CONFIG_HEAP_MAX_LOG2 bytes) is not used.
 */
int tn_heap_add(struct tn_heap *heap, void *memory, size_t size);

/*
 * Allocate `size` bytes, undefined, aligned to TN_HEAP_ALIGN.  0 bytes count as 1.  NULL if no
 * free block is large enough.
 */
void *tn_heap_alloc(struct tn_heap *heap, size_t size);

/* The same with an alignment: a power of two, else NULL. */
void *tn_heap_memalign(struct tn_heap *heap, size_t align, size_t size);

/*
 * Give an allocation back.  NULL is allowed.  TN_EINVAL, and nothing happens, for an address
 * that cannot be an allocation of this heap or that was given back already (as far as its
 * block was not merged or used again since); TN_EFAULT if the block's ends are overwritten.
 */
int tn_heap_free(struct tn_heap *heap, void *ptr);

/*
 * Change an allocation to `size` bytes, in place where the memory behind it is free, else by a
 * new one to which the contents are copied.  The new address, or NULL if there is no memory or
 * `ptr` is none (see tn_heap_free()); `ptr` is still valid then.  As in C: a NULL `ptr` allocates.
 * 0 bytes count as 1.
 */
void *tn_heap_realloc(struct tn_heap *heap, void *ptr, size_t size);

/* Bytes that may be used at `ptr`, an allocation: what was asked for or a little more. */
size_t tn_heap_usable(const void *ptr);

/*
 * Check every block of a region that was given to tn_heap_add(), by its address, and every free
 * list.  TN_OK, or TN_EFAULT if anything does not agree.  For tests: walks over everything.
 */
int tn_heap_check(const struct tn_heap *heap, const void *memory);

#endif
