/* SPDX-License-Identifier: Apache-2.0 */
/*
 * malloc and free for programs with threads.  Of each size up to SLOTS * STEP bytes the block that
 * was given back last is kept in a slot, and the next request for that size takes it out: one
 * exclusive exchange, no lock, no search, also from another thread or CPU.  Everything else is
 * newlib's allocator, for which a kept block is one in use: at most one of each size, 8 KiB in all,
 * and none when memory runs out.
 */
#include <malloc.h>
#include <reent.h>
#include <stdint.h>
#include <stdlib.h>
#include <tn/compiler.h>

#define STEP_SHIFT 4
#define SLOTS 32u

/* Slot n: a block with room for n steps and less than one more. */
static void *slots[SLOTS + 1];

/* What is in a slot, which is then empty; NULL if it was.  Acquire: who gave it back has done. */
static inline void *take(void **slot)
{
    void *block;
    uint32_t failed;

    do {
        __asm__ volatile("ldaxr %0, %1" : "=&r"(block) : "Q"(*slot) : "memory");
        if (block == NULL) {
            return NULL;
        }
        __asm__ volatile("stxr %w0, xzr, %1" : "=&r"(failed), "=Q"(*slot) : : "memory");
    } while (TN_UNLIKELY(failed));
    return block;
}

/* False: the slot is in use. */
static inline int put(void **slot, void *block)
{
    void *other;
    uint32_t failed;

    do {
        __asm__ volatile("ldxr %0, %1" : "=&r"(other) : "Q"(*slot) : "memory");
        if (other != NULL) {
            return 0;
        }
        __asm__ volatile("stlxr %w0, %2, %1" : "=&r"(failed), "=Q"(*slot) : "r"(block) : "memory");
    } while (TN_UNLIKELY(failed));
    return 1;
}

/*
 * Bytes that may be used at `block`.  In newlib's small allocator (nano-mallocr.c) the size of the
 * whole chunk stands before its first byte, or, where that was moved for the alignment, the
 * distance back to it, negative.
 */
static inline uint64_t room(const void *block)
{
    const int64_t *head = (const int64_t *)block - 1;
    int64_t before = *head;

    if (TN_UNLIKELY(before < 0)) {
        return (uint64_t)(before + *(const int64_t *)((uintptr_t)head + (uintptr_t)before)) - 8;
    }
    return (uint64_t)before - 8;
}

static __attribute__((noinline)) void *allocate(size_t size)
{
    void *block = _malloc_r(_REENT, size);

    if (block != NULL) {
        return block;
    }
    for (unsigned i = 0; i <= SLOTS; i++) {
        block = take(&slots[i]);
        if (block != NULL) {
            _free_r(_REENT, block);
        }
    }
    return _malloc_r(_REENT, size);
}

static __attribute__((noinline)) void release(void *block)
{
    _free_r(_REENT, block);
}

void *malloc(size_t size)
{
    /* Of a size near the end of all the sum wraps: to slot 0, which is always empty. */
    size_t slot = (size + (1u << STEP_SHIFT) - 1) >> STEP_SHIFT;
    void *block = slot <= SLOTS ? take(&slots[slot]) : NULL;

    return TN_LIKELY(block != NULL) ? block : allocate(size);
}

void free(void *block)
{
    uint64_t slot;

    if (block == NULL) {
        return;
    }
    slot = room(block) >> STEP_SHIFT;
    if (TN_UNLIKELY(slot - 1 >= SLOTS || !put(&slots[slot], block))) {
        release(block);
    }
}
