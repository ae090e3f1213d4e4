/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32 of ISO 3309 (reflected polynomial 0xedb88320), the one of zlib and of the boot image.
 * The target uses the CPU's instruction, the host a small portable file (image/host/crc32.c).
 */
#ifndef TN_CRC32_H
#define TN_CRC32_H

#include <stddef.h>
#include <stdint.h>

/*
 * Continue a CRC-32 over `size` bytes at `data`, which may have any alignment.  `crc` is 0 for
 * the first part and the previous result for each further one.  Never fails, calls nothing,
 * uses general registers only; any context.
 */
uint32_t tn_crc32(uint32_t crc, const void *data, size_t size);

#endif
