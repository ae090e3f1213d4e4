/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling memory by words.  For the boot path: newlib's memset, built for size, stores bytes, and
 * the compiler makes a call of it of every loop that it recognises.
 */
#ifndef TN_FILL_H
#define TN_FILL_H

#include <stddef.h>
#include <stdint.h>

/* Store `word` over the `size` bytes at `at`: a multiple of 8; a multiple of 16 bytes, not 0. */
static inline void tn_fill(void *at, uint64_t word, size_t size)
{
    uint64_t *p = at;
    const uint64_t *end = (const uint64_t *)(const void *)((const char *)at + size);

#if defined(__aarch64__)
    /* 32 bytes in four instructions. */
    if (size % 32 != 0) {
        __asm__ volatile("stp %1, %1, [%0], #16" : "+r"(p) : "r"(word) : "memory");
    }
    while (p != end) {
        __asm__ volatile("stp %1, %1, [%0], #16\n\tstp %1, %1, [%0], #16"
                         : "+r"(p)
                         : "r"(word)
                         : "memory");
    }
#else
    while (p != end) {
        *p++ = word;
    }
#endif
}

#endif
