/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block pools: core/pool under the kernel lock, and threads that wait for a block.  A block that
 * is freed while somebody waits goes to the most urgent waiter.
 */
#ifndef TN_BLOCKS_H
#define TN_BLOCKS_H

#include <stddef.h>
#include <stdint.h>
#include <tn/pool.h>
#include <tn/thread.h>

struct tn_blocks {
    struct tn_pool pool;
    struct tn_waitq waiters;
};

/* As tn_pool_init(): blocks of `block` bytes in the `size` bytes at `memory`.  TN_EINVAL. */
int tn_blocks_init(struct tn_blocks *blocks, void *memory, size_t size, size_t block);

/*
 * A block in *block, its contents undefined; while there is none wait until `deadline`: ticks of
 * tn_time_ticks(), TN_FOREVER, 0: do not wait.  Any context with deadline 0.  TN_ENOMEM: none,
 * deadline 0; TN_ETIMEDOUT; TN_EPERM: would wait in a handler.
 */
int tn_blocks_alloc(struct tn_blocks *blocks, void **block, uint64_t deadline);

/* Give a block back.  TN_EINVAL: it is not one that was given out (tn_pool_free()).  Any context.
 */
int tn_blocks_free(struct tn_blocks *blocks, void *block);

#endif
