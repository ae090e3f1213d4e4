/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap under threads: random sizes are allocated, changed, given back by others, and always
 * hold what was written; small blocks that are kept for the next request come out again when memory
 * runs out.  Prints "ok".
 */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 6
#define PLACES 40
#define ROUNDS 4000
#define MOST 700

#define CHECK(what) ((what) ? (void)0 : failed(#what, __LINE__))

static void failed(const char *what, int line)
{
    printf("line %d: %s\n", line, what);
    exit(1);
}

/* Shared places: who takes a block out has it alone. */
struct block {
    uint32_t size;
    uint8_t fill;
};
static struct block *places[PLACES];

static void look(const struct block *b)
{
    const uint8_t *bytes = (const uint8_t *)(b + 1);

    for (uint32_t i = 0; i < b->size; i++) {
        CHECK(bytes[i] == b->fill);
    }
}

static struct block *make(uint32_t size, uint8_t fill, int way)
{
    struct block *b = way == 0   ? memalign(64, sizeof(*b) + size)
                      : way == 1 ? calloc(1, sizeof(*b) + size)
                                 : malloc(sizeof(*b) + size);

    CHECK(b != NULL && (uintptr_t)b % (way == 0 ? 64 : 8) == 0);
    CHECK(malloc_usable_size(b) >= sizeof(*b) + size);
    for (uint32_t i = 0; way == 1 && i < sizeof(*b) + size; i++) {
        CHECK(((const uint8_t *)b)[i] == 0);
    }
    b->size = size;
    b->fill = fill;
    memset(b + 1, fill, size);
    return b;
}

static void *work(void *arg)
{
    uint64_t seed = (uintptr_t)arg;

    for (int i = 0; i < ROUNDS; i++) {
        uint32_t drawn = (uint32_t)((seed = seed * 6364136223846793005ull + 1) >> 33);
        struct block *b = __atomic_exchange_n(&places[drawn % PLACES], NULL, __ATOMIC_ACQ_REL);

        if (b != NULL) {
            look(b);
            if (drawn >> 8 & 1) {
                uint32_t size = b->size / 2;

                b = realloc(b, sizeof(*b) + size);
                CHECK(b != NULL);
                b->size = size;
                look(b);
            }
            free(b);
        }
        b = make((drawn >> 10) % MOST, (uint8_t)i, drawn >> 20 & 7);
        free(__atomic_exchange_n(&places[drawn >> 5 & 31], b, __ATOMIC_ACQ_REL));
        if (drawn % 16 == 0) {
            sched_yield();
        }
    }
    return NULL;
}

/* The largest request that there is memory for, to 4 KiB. */
static size_t largest(void)
{
    size_t low = 0;

    for (size_t step = 1u << 24; step >= 4096; step /= 2) {
        void *block = malloc(low + step);

        low += block != NULL ? step : 0;
        free(block);
    }
    return low;
}

static void run_out(void)
{
    size_t all = largest();
    void *block;

    for (size_t size = 1; size < 600; size++) {
        block = malloc(size);
        CHECK(block != NULL);
        free(block);
    }
    block = malloc(all);
    CHECK(block != NULL);
    free(block);
    CHECK(malloc(SIZE_MAX) == NULL && malloc(SIZE_MAX - 8) == NULL && malloc(SIZE_MAX / 2) == NULL);
    free(NULL);
}

int main(void)
{
    pthread_t threads[THREADS];

    run_out();
    for (uintptr_t i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, work, (void *)(i + 1)) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    for (int i = 0; i < PLACES; i++) {
        if (places[i] != NULL) {
            look(places[i]);
            free(places[i]);
        }
    }
    run_out();
    puts("ok");
    return 0;
}
