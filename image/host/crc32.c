/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32 for the host, instead of core/crc32/crc32.c: portable C and a table for four bits at a
 * time, small enough to be checked by eye.
 */
#include <tn/crc32.h>

/* What four bits that leave at the low end do to the rest: polynomial 0xedb88320. */
static const uint32_t nibble[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

uint32_t tn_crc32(uint32_t crc, const void *data, size_t size)
{
    const uint8_t *p = data;

    for (crc = ~crc; size; size--) {
        crc ^= *p++;
        crc = crc >> 4 ^ nibble[crc & 15];
        crc = crc >> 4 ^ nibble[crc & 15];
    }
    return ~crc;
}
