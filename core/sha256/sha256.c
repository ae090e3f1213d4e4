/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 after FIPS 180-4, written for size: the message schedule is kept as a ring of 16
 * words.  Names are those of the standard.
 */
#include <tn/sha256.h>

/* Section 4.2.2: fractional parts of the cube roots of the first 64 primes. */
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* Section 5.3.3: fractional parts of the square roots of the first 8 primes. */
static const uint32_t H0[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t rotr(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

/* Word t of the schedule (section 6.2.2, step 1); w holds the last 16. */
static uint32_t schedule(uint32_t w[16], const uint8_t *block, unsigned t)
{
    uint32_t value;

    if (t < 16) {
        const uint8_t *b = block + 4 * t;

        value = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    } else {
        uint32_t w15 = w[(t - 15) % 16];
        uint32_t w2 = w[(t - 2) % 16];

        value = (rotr(w2, 17) ^ rotr(w2, 19) ^ w2 >> 10) + w[(t - 7) % 16] +
                (rotr(w15, 7) ^ rotr(w15, 18) ^ w15 >> 3) + w[t % 16];
    }
    w[t % 16] = value;
    return value;
}

static void compress(uint32_t state[8], const uint8_t *block)
{
    /* Eight variables, not an array: they stay in registers while they change places. */
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    uint32_t w[16];

    for (unsigned t = 0; t < 64; t++) {
        uint32_t t1 = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + K[t] +
                      schedule(w, block, t);
        uint32_t t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));

        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

void tn_sha256_init(struct tn_sha256 *hash)
{
    for (unsigned i = 0; i < 8; i++) {
        hash->state[i] = H0[i];
    }
    hash->size = 0;
}

void tn_sha256_update(struct tn_sha256 *hash, const void *data, size_t size)
{
    const uint8_t *p = data;
    const uint8_t *end = p + size;
    unsigned fill = hash->size % 64;

    hash->size += size;
    while (p != end) {
        if (fill == 0 && end - p >= 64) {
            compress(hash->state, p); /* a whole block needs no copy */
            p += 64;
            continue;
        }
        hash->block[fill++] = *p++;
        if (fill == 64) {
            compress(hash->state, hash->block);
            fill = 0;
        }
    }
}

void tn_sha256_final(struct tn_sha256 *hash, uint8_t digest[TN_SHA256_SIZE])
{
    uint64_t bits = hash->size * 8;
    uint8_t byte = 0x80;

    /* Section 5.1.1: a one bit, zeroes up to 56 bytes of the block, the length in bits. */
    do {
        tn_sha256_update(hash, &byte, 1);
        byte = 0;
    } while (hash->size % 64 != 56);
    for (unsigned i = 0; i < 8; i++) {
        byte = (uint8_t)(bits >> (56 - 8 * i));
        tn_sha256_update(hash, &byte, 1);
    }
    for (unsigned i = 0; i < TN_SHA256_SIZE; i++) {
        digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
    }
}
