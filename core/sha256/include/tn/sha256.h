/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 (FIPS 180-4), streaming.  The state is the caller's; nothing here allocates, locks or
 * calls the C library; any context.
 */
#ifndef TN_SHA256_H
#define TN_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define TN_SHA256_SIZE 32 /* bytes of a digest */

struct tn_sha256 {
    uint32_t state[8];
    uint64_t size; /* bytes taken in so far */
    uint8_t block[64];
};

/* Begin a hash. */
void tn_sha256_init(struct tn_sha256 *hash);

/* Take in `size` bytes, 2^61 - 1 altogether at most. */
void tn_sha256_update(struct tn_sha256 *hash, const void *data, size_t size);

/* End: write the digest.  `hash` needs tn_sha256_init() before it is used again. */
void tn_sha256_final(struct tn_sha256 *hash, uint8_t digest[TN_SHA256_SIZE]);

#endif
