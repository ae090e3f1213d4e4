/* SPDX-License-Identifier: Apache-2.0 */
/* Pool: random allocations, each block filled with its number so that overlap shows. */
#include <string.h>
#include <tn/pool.h>
#include <tn/test.h>

#define MEMORY 4096

static uint64_t memory[MEMORY / 8 + 1];

static void check_fill(const unsigned char *block, size_t size, unsigned char fill)
{
    for (size_t i = 0; i < size; i++) {
        TN_CHECK(block[i] == fill);
    }
}

static void random_sizes(void)
{
    for (int round = 0; round < 300; round++) {
        size_t block = 1 + (size_t)tn_test_below(200),
               size = block + 7 + tn_test_below(MEMORY - 300);
        struct tn_pool pool;
        unsigned char *out[MEMORY / 8];
        size_t count = 0, blocks;

        TN_CHECK(tn_pool_init(&pool, memory, size, block) == TN_OK);
        blocks = tn_pool_blocks(&pool);
        TN_CHECK(blocks == size / ((block + 7) / 8 * 8));
        memory[(size + 7) / 8] = 0x5a5a5a5a;
        for (int step = 0; step < 2000; step++) {
            if (tn_test_below(step / 500 % 2 ? 3 : 2) == 0) {
                unsigned char *p = tn_pool_alloc(&pool);

                TN_CHECK((p == NULL) == (count == blocks));
                if (p != NULL) {
                    TN_CHECK(tn_pool_check(&pool, p) == TN_OK);
                    TN_CHECK((uintptr_t)p % TN_POOL_ALIGN == 0);
                    out[count++] = p;
                    memset(p, (unsigned char)((uintptr_t)p >> 3), block);
                }
            } else if (count != 0) {
                size_t i = tn_test_below(count);
                unsigned char *p = out[i];

                check_fill(p, block, (unsigned char)((uintptr_t)p >> 3));
                TN_CHECK(tn_pool_free(&pool, p) == TN_OK);
                TN_CHECK(tn_pool_free(&pool, p) == TN_EINVAL);
                out[i] = out[--count];
            }
        }
        TN_CHECK(memory[(size + 7) / 8] == 0x5a5a5a5a);
    }
}

static void misuse(void)
{
    struct tn_pool pool;
    char *bytes = (char *)memory, *p;

    TN_CHECK(tn_pool_init(&pool, bytes + 1, 64, 8) == TN_EINVAL);
    TN_CHECK(tn_pool_init(&pool, NULL, 64, 8) == TN_EINVAL);
    TN_CHECK(tn_pool_init(&pool, memory, 64, 0) == TN_EINVAL);
    TN_CHECK(tn_pool_init(&pool, memory, 64, 65) == TN_EINVAL);
    TN_CHECK(tn_pool_init(&pool, memory, 60, 60) == TN_EINVAL);
    TN_CHECK(tn_pool_init(&pool, memory, SIZE_MAX, SIZE_MAX) == TN_EINVAL);
    TN_CHECK(tn_pool_init(&pool, memory, 64, 24) == TN_OK);
    TN_CHECK(tn_pool_blocks(&pool) == 2);
    p = tn_pool_alloc(&pool);
    TN_CHECK(p == bytes);
    TN_CHECK(tn_pool_free(&pool, NULL) == TN_EINVAL);
    TN_CHECK(tn_pool_free(&pool, bytes - 8) == TN_EINVAL);
    TN_CHECK(tn_pool_free(&pool, bytes + 24) == TN_EINVAL); /* never given out */
    TN_CHECK(tn_pool_check(&pool, bytes + 24) == TN_OK);
    TN_CHECK(tn_pool_check(&pool, bytes + 8) == TN_EINVAL);
    TN_CHECK(tn_pool_check(&pool, bytes + 48) == TN_EINVAL);
    TN_CHECK(tn_pool_free(&pool, p) == TN_OK);
}

int main(void)
{
    tn_test_begin();
    TN_RUN(random_sizes);
    TN_RUN(misuse);
    return tn_test_end();
}
