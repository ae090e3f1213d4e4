/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32 against known values and against the definition, one bit at a time, for every
 * alignment and length that the unrolled loop treats differently.
 */
#include <tn/crc32.h>

#include <string.h>

#include <tn/test.h>

/* The definition: ISO 3309, reflected. */
static uint32_t reference(uint32_t crc, const uint8_t *p, size_t size)
{
    crc = ~crc;
    for (size_t i = 0; i < size * 8; i++) {
        uint32_t bit = (crc ^ (uint32_t)p[i / 8] >> i % 8) & 1;

        crc = crc >> 1 ^ (bit ? 0xedb88320u : 0);
    }
    return ~crc;
}

static void known_values(void)
{
    TN_CHECK(tn_crc32(0, "", 0) == 0);
    TN_CHECK(tn_crc32(0, "a", 1) == 0xe8b7be43u);
    TN_CHECK(tn_crc32(0, "123456789", 9) == 0xcbf43926u);
    TN_CHECK(tn_crc32(0x12345678u, NULL, 0) == 0x12345678u);
}

static void every_alignment_and_length(void)
{
    uint8_t bytes[320];

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)tn_test_random();
    }
    for (size_t start = 0; start < 16; start++) {
        for (size_t size = 0; size <= 300; size++) {
            TN_CHECK(tn_crc32(0, bytes + start, size) == reference(0, bytes + start, size));
        }
    }
}

static void in_parts(void)
{
    uint8_t bytes[200];
    uint32_t whole;

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)tn_test_random();
    }
    whole = reference(0, bytes, sizeof(bytes));
    for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
        uint32_t first = tn_crc32(0, bytes, cut);

        TN_CHECK(tn_crc32(first, bytes + cut, sizeof(bytes) - cut) == whole);
    }
}

int main(void)
{
    tn_test_begin();
    TN_RUN(known_values);
    TN_RUN(every_alignment_and_length);
    TN_RUN(in_parts);
    return tn_test_end();
}
