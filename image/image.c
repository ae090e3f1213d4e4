/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a boot image: headers, table of contents, and that all parts lie inside the file
 * without overlap.  What is in the parts is checked by check.c and desc.c.
 */
#include <tn/image.h>

#include <tn/compiler.h>
#include <tn/crc32.h>

#include "internal.h"

#define HEADERS_SIZE (TN_IMAGE_INFO_OFFSET + sizeof(struct tn_image_info))
#define INFO_CRC_SIZE (TN_IMAGE_INFO_OFFSET + offsetof(struct tn_image_info, info_crc))
#define FIELD_ALIGN 8u /* of the table and of descriptors */

/* Names and magics are compared as words: fewer instructions at boot than bytes. */
typedef uint64_t __attribute__((may_alias)) word_t;

#define NAME_WORDS (TN_IMAGE_NAME_MAX / sizeof(word_t))
#define IMAGE_MAGIC_WORD 0x474d494e4f4e4554u /* TN_IMAGE_MAGIC as a little-endian word */

static const word_t *as_words(const void *p)
{
    return p;
}

bool image_name_ok(const char *name)
{
    const word_t *words = as_words(name);
    unsigned i = 0;

    while (i < TN_IMAGE_NAME_MAX && name[i] > ' ' && name[i] < 0x7f) {
        i++;
    }
    if (i == 0 || i == TN_IMAGE_NAME_MAX) {
        return false;
    }
    /* The rest of this word byte by byte, then whole words. */
    for (; i % sizeof(word_t) != 0; i++) {
        if (name[i] != 0) {
            return false;
        }
    }
    for (i /= sizeof(word_t); i < NAME_WORDS; i++) {
        if (words[i] != 0) {
            return false;
        }
    }
    return true;
}

bool image_name_equal(const char *a, const char *b)
{
    const word_t *x = as_words(a);
    const word_t *y = as_words(b);
    word_t differ = 0;

    for (unsigned i = 0; i < NAME_WORDS; i++) {
        differ |= x[i] ^ y[i];
    }
    return differ == 0;
}

/* Whether [offset, offset + size) lies between the headers and the end of the file. */
static bool in_file(const struct tn_image_info *info, uint32_t offset, uint32_t size)
{
    return offset >= HEADERS_SIZE && (uint64_t)offset + size <= info->file_size;
}

static int check_headers(const struct tn_arm64_header *header, const struct tn_image_info *info)
{
    if (header->magic != TN_ARM64_MAGIC) {
        return TN_IMAGE_NOT_ARM64;
    }
    if (*as_words(info->magic) != IMAGE_MAGIC_WORD) {
        return TN_IMAGE_NOT_TENON;
    }
    if (info->version != TN_IMAGE_VERSION || info->info_size != sizeof(*info)) {
        return TN_IMAGE_VERSION_BAD;
    }
    if (tn_crc32(0, header, INFO_CRC_SIZE) != info->info_crc) {
        return TN_IMAGE_INFO_CRC;
    }
    if (header->text_offset != 0 || header->image_size != info->memory_size ||
        header->flags != TN_ARM64_FLAGS ||
        (header->res2 | header->res3 | header->res4 | header->res5) != 0) {
        return TN_IMAGE_HEADER;
    }
    if ((info->flags & ~TN_IMAGE_SHA256_AT_BOOT) != 0 || info->reserved != 0) {
        return TN_IMAGE_INFO_FIELD;
    }
    return 0;
}

static int check_sizes(const struct tn_image_info *info, size_t size)
{
    if (info->file_size < HEADERS_SIZE || info->file_size > size) {
        return TN_IMAGE_FILE_SIZE;
    }
    if (info->memory_size < info->file_size) {
        return TN_IMAGE_MEMORY_SIZE;
    }
    if (info->hv_bss_offset % TN_IMAGE_PAGE != 0 || info->hv_bss_offset < info->file_size ||
        (uint64_t)info->hv_bss_offset + info->hv_bss_size > info->memory_size) {
        return TN_IMAGE_HV_BSS;
    }
    if (info->report_size != 0 && !in_file(info, info->report_offset, info->report_size)) {
        return TN_IMAGE_REPORT_BOUNDS;
    }
    return 0;
}

static int check_toc(const struct tn_image *image)
{
    const struct tn_image_info *info = image->info;
    const struct tn_image_toc *toc = image->toc;

    if (info->toc_offset % FIELD_ALIGN != 0 || info->toc_size < sizeof(*toc) ||
        !in_file(info, info->toc_offset, info->toc_size)) {
        return TN_IMAGE_TOC_BOUNDS;
    }
    if (tn_crc32(0, toc, info->toc_size) != info->toc_crc) {
        return TN_IMAGE_TOC_CRC;
    }
    /* Partitions have a segment at least, and Mortise has one. */
    if (toc->partition_count == 0 || toc->partition_count > TN_IMAGE_MAX_PARTITIONS ||
        toc->segment_count <= toc->partition_count || toc->segment_count > TN_IMAGE_MAX_SEGMENTS ||
        toc->cpu_count == 0 || toc->cpu_count > 64) {
        return TN_IMAGE_TOC_COUNTS;
    }
    if (info->toc_size != sizeof(*toc) + toc->partition_count * sizeof(struct tn_image_partition) +
                              toc->segment_count * sizeof(struct tn_image_segment)) {
        return TN_IMAGE_TOC_BOUNDS;
    }
    if (!image_name_ok(toc->board)) {
        return image_code(TN_IMAGE_TOC_NAME, 0, 0, 0);
    }
    if (!image_name_ok(toc->name)) {
        return image_code(TN_IMAGE_TOC_NAME, 0, 1, 0);
    }
    return 0;
}

/* One segment, whose owner is `partition`. */
static int check_segment_place(const struct tn_image *image, unsigned index, unsigned partition)
{
    const struct tn_image_segment *segment = &image->segments[index];

    if (segment->partition != partition || segment->reserved != 0) {
        return image_code(TN_IMAGE_SEG_OWNER, 0, index, 0);
    }
    if (index == 0 ? segment->offset != HEADERS_SIZE : segment->offset % TN_IMAGE_PAGE != 0) {
        return image_code(TN_IMAGE_SEG_ALIGN, 0, index, 0);
    }
    if (segment->size == 0 || !in_file(image->info, segment->offset, segment->size)) {
        return image_code(TN_IMAGE_SEG_BOUNDS, 0, index, 0);
    }
    return 0;
}

/* Partitions own the segments behind Mortise's in order and without gaps. */
static int check_places(const struct tn_image *image)
{
    unsigned next = 1;
    int code = check_segment_place(image, 0, TN_SEGMENT_MORTISE);

    for (unsigned i = 0; code == 0 && i < image->toc->partition_count; i++) {
        const struct tn_image_partition *partition = &image->partitions[i];

        if (!image_name_ok(partition->name)) {
            return image_code(TN_IMAGE_PART_NAME, i, 0, 0);
        }
        if (partition->desc_offset % FIELD_ALIGN != 0 ||
            partition->desc_size < sizeof(struct tn_partition_desc) ||
            !in_file(image->info, partition->desc_offset, partition->desc_size)) {
            return image_code(TN_IMAGE_PART_DESC, i, 0, 0);
        }
        if (partition->first_segment != next || partition->segment_count == 0 ||
            partition->segment_count > image->toc->segment_count - next) {
            return image_code(TN_IMAGE_PART_SEGMENTS, i, 0, 0);
        }
        for (unsigned n = partition->segment_count; code == 0 && n; n--) {
            code = check_segment_place(image, next++, i);
        }
    }
    if (code == 0 && next != image->toc->segment_count) {
        return image_code(TN_IMAGE_SEG_OWNER, 0, next, 0);
    }
    return code;
}

unsigned tn_image_extent_count(const struct tn_image *image)
{
    return image->toc->segment_count + image->toc->partition_count + 2u;
}

struct tn_image_extent tn_image_extent(const struct tn_image *image, unsigned index)
{
    const struct tn_image_info *info = image->info;
    const struct tn_image_toc *toc = image->toc;

    if (index < toc->segment_count) {
        const struct tn_image_segment *segment = &image->segments[index];

        return (struct tn_image_extent){segment->offset, segment->size};
    }
    index -= toc->segment_count;
    if (index < toc->partition_count) {
        const struct tn_image_partition *partition = &image->partitions[index];

        return (struct tn_image_extent){partition->desc_offset, partition->desc_size};
    }
    if (index == toc->partition_count) {
        return (struct tn_image_extent){info->toc_offset, info->toc_size};
    }
    return (struct tn_image_extent){info->report_offset, info->report_size};
}

/* Quadratic, but in a handful of parts: an image with one partition has five. */
static int check_overlaps(const struct tn_image *image)
{
    unsigned count = tn_image_extent_count(image);

    if (image->info->report_size == 0) {
        count--; /* the last: its offset means nothing */
    }
    for (unsigned i = 1; i < count; i++) {
        struct tn_image_extent a = tn_image_extent(image, i);

        for (unsigned j = 0; j < i; j++) {
            struct tn_image_extent b = tn_image_extent(image, j);

            if (image_overlap(a.offset, a.size, b.offset, b.size)) {
                return image_code(TN_IMAGE_OVERLAP, 0, j, i);
            }
        }
    }
    return 0;
}

int tn_image_open(struct tn_image *image, const void *bytes, size_t size)
{
    const struct tn_arm64_header *header = bytes;
    int code;

    if (size < HEADERS_SIZE) {
        return TN_IMAGE_TRUNCATED;
    }
    if ((uintptr_t)bytes % FIELD_ALIGN != 0) {
        return TN_IMAGE_UNALIGNED;
    }
    image->bytes = bytes;
    image->info = (const void *)(image->bytes + TN_IMAGE_INFO_OFFSET);
    code = check_headers(header, image->info);
    if (code != 0) {
        return code;
    }
    code = check_sizes(image->info, size);
    if (code != 0) {
        return code;
    }
    image->toc = (const void *)(image->bytes + image->info->toc_offset);
    code = check_toc(image);
    if (code != 0) {
        return code;
    }
    image->partitions = (const void *)(image->toc + 1);
    image->segments = (const void *)(image->partitions + image->toc->partition_count);
    code = check_places(image);
    return code != 0 ? code : check_overlaps(image);
}
