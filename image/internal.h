/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this library share and nobody else sees. */
#ifndef IMAGE_INTERNAL_H
#define IMAGE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <tn/image.h>

/* Make a result code. */
static inline int image_code(enum tn_image_error rule, unsigned partition, unsigned index,
                             unsigned other)
{
    return (int)(rule | index << 8 | other << 16 | partition << 24);
}

/* Whether [a, a + a_size) and [b, b + b_size) share a byte; neither is empty or wraps. */
static inline bool image_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

/*
 * Whether the sources of two regions are addresses of the same kind, so that they can clash:
 * offsets in the image's memory, or physical ones.  Image bytes are read-only and may be anybody's.
 */
static inline bool image_same_space(const struct tn_region *a, const struct tn_region *b)
{
    bool a_physical = a->kind == TN_REGION_DEVICE || a->kind == TN_REGION_RAM;
    bool b_physical = b->kind == TN_REGION_DEVICE || b->kind == TN_REGION_RAM;

    bool a_memory = a->kind == TN_REGION_MEMORY || a->kind == TN_REGION_POOL;
    bool b_memory = b->kind == TN_REGION_MEMORY || b->kind == TN_REGION_POOL;

    return (a_physical && b_physical) || (a_memory && b_memory);
}

/* On the host, which checks every image; a Mortise without coloured partitions refuses colours. */
#ifndef CONFIG_COLOURED
#define CONFIG_COLOURED 1
#endif

/* The same of a program at EL2. */
#ifndef CONFIG_EL2_PROGRAM
#define CONFIG_EL2_PROGRAM 1
#endif

/* From the first page of a region to the end of its last. */
static inline uint64_t image_span(const struct tn_region *region)
{
    return CONFIG_COLOURED > 0 ? tn_region_end(region) - region->source : region->size;
}

/* Whether both have some page: pages of different colours are never the same. */
static inline bool image_same_pages(const struct tn_region *a, const struct tn_region *b)
{
    if (CONFIG_COLOURED > 0 && a->colours != 0 && b->colours != 0 &&
        (a->colours & b->colours) == 0) {
        return false;
    }
    return image_same_space(a, b) &&
           image_overlap(a->source, image_span(a), b->source, image_span(b));
}

/* The descriptor's place, whatever is in it. */
static inline const struct tn_partition_desc *image_desc(const struct tn_image *image,
                                                         unsigned partition)
{
    const uint8_t *place = image->bytes + image->partitions[partition].desc_offset;

    return (const struct tn_partition_desc *)(const void *)place;
}

/*
 * Whether `name` (8-byte aligned, TN_IMAGE_NAME_MAX bytes) is 1 to 31 printable ASCII
 * characters without blanks, then NULs only.
 */
bool image_name_ok(const char *name);

/* Whether two such names are equal. */
bool image_name_equal(const char *a, const char *b);

#endif
