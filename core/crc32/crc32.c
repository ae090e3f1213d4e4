/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32 with the AArch64 CRC32 instructions (Arm ARM, FEAT_CRC32).  Every boot runs it over
 * the whole image, so the inner loop is what counts: LDP and two CRC32X for 16 bytes.
 */
#include <tn/crc32.h>

#include <tn/compiler.h>

/* The bytes were written as something else: reading them as words must not count as aliasing. */
typedef uint64_t __attribute__((may_alias)) word_t;

#define BLOCK_WORDS 16

static uint32_t crc_bytes(uint32_t crc, const uint8_t *p, size_t size)
{
    for (; size; size--) {
        crc = __builtin_arm_crc32b(crc, *p++);
    }
    return crc;
}

uint32_t tn_crc32(uint32_t crc, const void *data, size_t size)
{
    const uint8_t *p = data;
    /* Word-aligned loads only: EL2 may run with alignment checks on. */
    size_t head = -(uintptr_t)p % sizeof(word_t);

    if (head > size) {
        head = size;
    }
    crc = crc_bytes(~crc, p, head);
    p += head;
    size -= head;

    for (; size >= BLOCK_WORDS * sizeof(word_t); size -= BLOCK_WORDS * sizeof(word_t)) {
        const word_t *w = (const word_t *)(const void *)p;

/* Unrolled whatever -O says: the loop's own three instructions are a tenth of it, not half. */
#pragma clang loop unroll(full)
        for (unsigned i = 0; i < BLOCK_WORDS; i++) {
            crc = __builtin_arm_crc32d(crc, w[i]);
        }
        p += BLOCK_WORDS * sizeof(word_t);
    }
    for (; size >= sizeof(word_t); size -= sizeof(word_t)) {
        crc = __builtin_arm_crc32d(crc, *(const word_t *)(const void *)p);
        p += sizeof(word_t);
    }
    return ~crc_bytes(crc, p, size);
}
