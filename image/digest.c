/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of a partition: descriptor, then segments in table order. */
#include <tn/image.h>

#include <tn/sha256.h>

#include "internal.h"

void tn_image_digest(const struct tn_image *image, unsigned partition, uint8_t digest[32])
{
    const struct tn_image_partition *entry = &image->partitions[partition];
    struct tn_sha256 hash;

    tn_sha256_init(&hash);
    tn_sha256_update(&hash, image->bytes + entry->desc_offset, entry->desc_size);
    for (unsigned i = 0; i < entry->segment_count; i++) {
        const struct tn_image_segment *segment = &image->segments[entry->first_segment + i];

        tn_sha256_update(&hash, image->bytes + segment->offset, segment->size);
    }
    tn_sha256_final(&hash, digest);
}

int tn_image_check_digest(const struct tn_image *image, unsigned partition)
{
    const uint8_t *expected = image->partitions[partition].sha256;
    uint8_t digest[TN_SHA256_SIZE];
    unsigned differ = 0;

    tn_image_digest(image, partition, digest);
    for (unsigned i = 0; i < TN_SHA256_SIZE; i++) {
        differ |= digest[i] ^ expected[i];
    }
    return differ == 0 ? 0 : image_code(TN_IMAGE_DIGEST, partition, 0, 0);
}
