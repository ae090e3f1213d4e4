/* SPDX-License-Identifier: Apache-2.0 */
/* Pool: what is not needed at each allocation. */
#include <tn/pool.h>

int tn_pool_init(struct tn_pool *pool, void *memory, size_t size, size_t block)
{
    uintptr_t base = (uintptr_t)memory;

    if (base == 0 || base % TN_POOL_ALIGN != 0 || block == 0 || block > size) {
        return TN_EINVAL;
    }
    block = TN_ALIGN_UP(block, TN_POOL_ALIGN);
    if (block > size || size > UINTPTR_MAX - base) {
        return TN_EINVAL;
    }
    *pool = (struct tn_pool){
        .base = base, .used = base, .end = base + size / block * block, .block = block};
    return TN_OK;
}

int tn_pool_check(const struct tn_pool *pool, const void *ptr)
{
    uintptr_t offset = (uintptr_t)ptr - pool->base;

    return offset < pool->end - pool->base && offset % pool->block == 0 ? TN_OK : TN_EINVAL;
}

size_t tn_pool_blocks(const struct tn_pool *pool)
{
    return (pool->end - pool->base) / pool->block;
}
