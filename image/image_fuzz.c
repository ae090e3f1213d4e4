/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer harness: any bytes as an image, once as they are and once with their checksums made
 * right, so that the fuzzer gets past them; and any bytes as a descriptor.  What is accepted
 * must really be inside its bounds.
 */
#include <tn/image.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

#define MAX_FILE 0x4000u /* enough for every rule, and CRCs stay cheap */

static volatile uint8_t sink;

static void must(int condition)
{
    if (!condition) {
        abort();
    }
}

/* Read what the regions say can be read. */
static void use_desc(const struct tn_image *image, const struct tn_partition_desc *desc)
{
    for (unsigned i = 0; i < desc->region_count; i++) {
        const struct tn_region *region = &tn_desc_regions(desc)[i];

        must((region->access & 6) != 6 && region->size != 0);
        if (region->kind == TN_REGION_IMAGE) {
            must(region->source < image->info->file_size && (region->access & TN_ACCESS_W) == 0);
            sink = image->bytes[region->source];
        } else if (region->kind == TN_REGION_MEMORY) {
            must(region->source >= image->info->file_size &&
                 region->source + region->size <= image->info->memory_size);
        }
    }
    for (unsigned i = 0; i < desc->irq_count; i++) {
        must(tn_desc_irqs(desc)[i].intid >= 16 && tn_desc_irqs(desc)[i].intid < 1020);
    }
}

static void try_image(const uint8_t *bytes, size_t size)
{
    struct tn_desc_limits limits = {
        .ipa_size = 1ull << 40, .image_base = 0x48000000, .cpu_count = 8};
    struct tn_image image;

    if (tn_image_open(&image, bytes, size) != 0) {
        return;
    }
    for (unsigned i = 0; i < tn_image_extent_count(&image); i++) {
        struct tn_image_extent extent = tn_image_extent(&image, i);

        if (extent.size != 0) {
            sink = bytes[extent.offset];
            sink = bytes[extent.offset + (extent.size - 1)];
        }
    }
    (void)tn_image_check_report(&image);
    if (tn_image_check(&image, &limits) != 0) {
        return;
    }
    for (unsigned i = 0; i < image.toc->partition_count; i++) {
        (void)tn_image_check_digest(&image, i);
        use_desc(&image, tn_image_desc(&image, i));
    }
}

/* The bytes alone as a descriptor of an image with one segment. */
static void try_desc(const uint8_t *bytes, size_t size)
{
    const struct tn_image_segment segment = {0x1000, 0x2345, 0, 0, 0};
    struct tn_desc_limits limits = {.ipa_size = 1ull << 40,
                                    .image_base = 0x48000000,
                                    .cpu_count = 8,
                                    .segment_count = 1,
                                    .segments = &segment,
                                    .file_size = 0x3345,
                                    .memory_size = 0x100000,
                                    .hv_bss_offset = 0x4000,
                                    .hv_bss_size = 0x2000};

    (void)tn_desc_check((const void *)bytes, size, &limits);
}

/* The input, and zeroes up to the size that it claims: a seed can leave out its tail. */
static size_t file_size(const uint8_t *data, size_t size)
{
    uint32_t claimed;

    if (size < 0x80) {
        return size;
    }
    memcpy(&claimed, data + TN_IMAGE_INFO_OFFSET + offsetof(struct tn_image_info, file_size),
           sizeof(claimed));
    return claimed > size && claimed <= MAX_FILE ? claimed : size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t whole = file_size(data, size);
    uint8_t *bytes = calloc(whole + (whole == 0), 1); /* of this size: ASan sees each overrun */

    if (bytes == NULL) {
        return 0;
    }
    if (size != 0) {
        memcpy(bytes, data, size);
    }
    try_desc(bytes, whole);
    try_image(bytes, whole);
    if (whole >= 0x80) {
        sample_seal(bytes, whole);
        try_image(bytes, whole);
    }
    free(bytes);
    return 0;
}
