/* SPDX-License-Identifier: Apache-2.0 */
/* Block pools.  Threads wait only while the pool is empty; tn_thread.transfer takes the block. */
#include <tn/blocks.h>
#include <tn/kernel.h>

int tn_blocks_init(struct tn_blocks *blocks, void *memory, size_t size, size_t block)
{
    *blocks = (struct tn_blocks){.waiters = TN_WAITQ_INIT};
    return tn_pool_init(&blocks->pool, memory, size, block);
}

/* There is none.  Kernel lock held, releases it. */
static __attribute__((noinline)) int wait(struct tn_blocks *blocks, void **block, uint64_t deadline,
                                          uint64_t daif)
{
    struct tn_thread *self = tn_thread_self();
    int result;

    if (deadline == 0 || tn_in_irq()) {
        tn_kernel_unlock(daif);
        return deadline == 0 ? TN_ENOMEM : TN_EPERM;
    }
    result = (int)tn_block_until(&blocks->waiters, deadline);
    if (result == TN_OK) {
        *block = self->transfer;
    }
    return result;
}

int tn_blocks_alloc(struct tn_blocks *blocks, void **block, uint64_t deadline)
{
    uint64_t daif = tn_kernel_lock();
    void *taken = tn_pool_alloc(&blocks->pool);

    if (TN_UNLIKELY(taken == NULL)) {
        return wait(blocks, block, deadline, daif);
    }
    tn_kernel_unlock(daif);
    *block = taken;
    return TN_OK;
}

/* Somebody waits, so no block is free: this one is handed over.  Kernel lock held, releases it. */
static __attribute__((noinline)) int hand_over(struct tn_blocks *blocks, void *block, uint64_t daif)
{
    struct tn_thread *t = tn_waitq_pop(&blocks->waiters);

    t->transfer = block;
    if (!tn_wake(t, TN_OK)) {
        tn_kernel_unlock(daif);
        return TN_OK;
    }
    return (int)tn_reschedule(t, daif, TN_OK);
}

int tn_blocks_free(struct tn_blocks *blocks, void *block)
{
    uint64_t daif = tn_kernel_lock();
    int result = tn_pool_free(&blocks->pool, block);

    if (TN_UNLIKELY(result == TN_OK && !tn_waitq_empty(&blocks->waiters))) {
        return hand_over(blocks, tn_pool_alloc(&blocks->pool), daif);
    }
    tn_kernel_unlock(daif);
    return result;
}
