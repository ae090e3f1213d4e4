/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contents of an open image: CRC-32 of its parts, its descriptors, and that partitions do
 * not claim the same thing.  SHA-256 is in digest.c.
 */
#include <tn/image.h>

#include <tn/crc32.h>

#include "internal.h"

#define FIRST_SPI 32u /* below are PPIs: every CPU, so every partition, has its own */

int tn_image_check_segment(const struct tn_image *image, unsigned index)
{
    const struct tn_image_segment *segment = &image->segments[index];

    if (tn_crc32(0, image->bytes + segment->offset, segment->size) != segment->crc) {
        return image_code(TN_IMAGE_SEG_CRC, 0, index, 0);
    }
    return 0;
}

int tn_image_check_report(const struct tn_image *image)
{
    const struct tn_image_info *info = image->info;

    if (info->report_size != 0 &&
        tn_crc32(0, image->bytes + info->report_offset, info->report_size) != info->report_crc) {
        return TN_IMAGE_REPORT_CRC;
    }
    return 0;
}

const struct tn_partition_desc *tn_image_desc(const struct tn_image *image, unsigned partition)
{
    const struct tn_image_partition *entry = &image->partitions[partition];
    const struct tn_partition_desc *desc = image_desc(image, partition);

    return tn_crc32(0, desc, entry->desc_size) == entry->desc_crc ? desc : NULL;
}

void tn_image_limits(const struct tn_image *image, unsigned partition,
                     struct tn_desc_limits *limits)
{
    const struct tn_image_partition *entry = &image->partitions[partition];

    limits->segment_count = entry->segment_count;
    limits->segments = image->segments + entry->first_segment;
    limits->file_size = image->info->file_size;
    limits->memory_size = image->info->memory_size;
    limits->hv_bss_offset = image->info->hv_bss_offset;
    limits->hv_bss_size = image->info->hv_bss_size;
}

/* Whether both say that they share these pages, and may. */
static bool shared(const struct tn_region *a, const struct tn_region *b,
                   const struct tn_desc_limits *limits)
{
    if ((a->access & b->access & TN_ACCESS_SHARED) == 0 || a->kind != b->kind ||
        a->source != b->source || a->size != b->size || a->colours != b->colours) {
        return false;
    }
    return a->kind == TN_REGION_MEMORY || a->kind == TN_REGION_POOL ||
           limits->banked == TN_IMAGE_BANKED_UNKNOWN ||
           (a->size == TN_IMAGE_PAGE &&
            (a->source == limits->banked || a->source == limits->banked_virtual));
}

/* Whether two partitions may not both have `a` and `b`.  Image bytes are read-only, and a
 * partition can name its own only. */
static bool clash(const struct tn_region *a, const struct tn_region *b,
                  const struct tn_desc_limits *limits)
{
    return image_same_pages(a, b) && !shared(a, b, limits);
}

/* Shared memory has two ends: a third partition with the same pages is one too many. */
static bool third(const struct tn_image *image, const struct tn_region *region, unsigned earlier)
{
    for (unsigned p = 0; p < earlier; p++) {
        const struct tn_partition_desc *desc = image_desc(image, p);

        for (unsigned i = 0; i < desc->region_count; i++) {
            const struct tn_region *other = &tn_desc_regions(desc)[i];

            if (other->kind == TN_REGION_MEMORY && other->source == region->source) {
                return true;
            }
        }
    }
    return false;
}

static int check_regions(const struct tn_image *image, unsigned partition, unsigned earlier,
                         const struct tn_desc_limits *limits)
{
    const struct tn_partition_desc *a = image_desc(image, partition);
    const struct tn_partition_desc *b = image_desc(image, earlier);

    for (unsigned i = 0; i < a->region_count; i++) {
        const struct tn_region *region = &tn_desc_regions(a)[i];

        for (unsigned j = 0; j < b->region_count; j++) {
            const struct tn_region *other = &tn_desc_regions(b)[j];

            if (clash(region, other, limits) ||
                (region->kind == TN_REGION_MEMORY && other->kind == TN_REGION_MEMORY &&
                 region->source == other->source && third(image, region, earlier))) {
                return image_code(TN_PARTS_REGION, partition, i, earlier);
            }
        }
    }
    return 0;
}

static int check_spis(const struct tn_image *image, unsigned partition, unsigned earlier)
{
    const struct tn_partition_desc *a = image_desc(image, partition);
    const struct tn_partition_desc *b = image_desc(image, earlier);

    for (unsigned i = 0; i < a->irq_count; i++) {
        unsigned intid = tn_desc_irqs(a)[i].intid;

        for (unsigned j = 0; intid >= FIRST_SPI && j < b->irq_count; j++) {
            if (tn_desc_irqs(b)[j].intid == intid) {
                return image_code(TN_PARTS_SPI, partition, i, earlier);
            }
        }
    }
    return 0;
}

/* How many partitions other than `self` have `intid` as an interrupt for ringing, or ring it. */
static unsigned hear(const struct tn_image *image, unsigned self, unsigned intid)
{
    unsigned count = 0;

    for (unsigned p = 0; p < image->toc->partition_count; p++) {
        const struct tn_partition_desc *desc = image_desc(image, p);

        for (unsigned i = 0; p != self && i < desc->irq_count; i++) {
            const struct tn_irq_desc *irq = &tn_desc_irqs(desc)[i];

            count += irq->intid == intid && (irq->flags & TN_IRQ_DOORBELL) != 0;
        }
    }
    return count;
}

static unsigned ring(const struct tn_image *image, unsigned self, unsigned intid)
{
    unsigned count = 0;

    for (unsigned p = 0; p < image->toc->partition_count; p++) {
        const struct tn_partition_desc *desc = image_desc(image, p);

        for (unsigned i = 0; p != self && i < desc->doorbell_count; i++) {
            count += tn_desc_doorbells(desc)[i] == intid;
        }
    }
    return count;
}

static int check_doorbells(const struct tn_image *image, unsigned partition)
{
    const struct tn_partition_desc *desc = image_desc(image, partition);

    for (unsigned i = 0; i < desc->doorbell_count; i++) {
        unsigned intid = tn_desc_doorbells(desc)[i];

        if (hear(image, partition, intid) != 1 || ring(image, partition, intid) != 0) {
            return image_code(TN_PARTS_DOORBELL, partition, i, 0);
        }
    }
    return 0;
}

/* Whether both have a CPU that they cannot take turns on. */
static bool meet(const struct tn_partition_desc *a, const struct tn_partition_desc *b)
{
    return ((a->flags | b->flags) & TN_DESC_ON_DEMAND) == 0 && (a->cpus & b->cpus) != 0;
}

int tn_image_check_partitions(const struct tn_image *image, const struct tn_desc_limits *limits)
{
    int code = 0;

    for (unsigned i = 1; i < image->toc->partition_count; i++) {
        for (unsigned j = 0; j < i; j++) {
            if (meet(image_desc(image, i), image_desc(image, j))) {
                return image_code(TN_PARTS_CPU, i, 0, j);
            }
            code = check_regions(image, i, j, limits);
            if (code == 0) {
                code = check_spis(image, i, j);
            }
            if (code != 0) {
                return code;
            }
        }
    }
    for (unsigned i = 0; code == 0 && i < image->toc->partition_count; i++) {
        code = check_doorbells(image, i);
    }
    return code;
}

static int check_desc(const struct tn_image *image, unsigned partition,
                      struct tn_desc_limits *limits)
{
    const struct tn_image_partition *entry = &image->partitions[partition];
    const struct tn_partition_desc *desc = tn_image_desc(image, partition);
    int code;

    if (desc == NULL) {
        return image_code(TN_IMAGE_DESC_CRC, partition, 0, 0);
    }
    tn_image_limits(image, partition, limits);
    code = tn_desc_check(desc, entry->desc_size, limits);
    if (code != 0) {
        return code | image_code(TN_IMAGE_OK, partition, 0, 0);
    }
    if (!image_name_equal(desc->name, entry->name)) {
        return image_code(TN_IMAGE_DESC_NAME_DIFF, partition, 0, 0);
    }
    /* It begins with the machine, and Mortise knows it by its place. */
    if (CONFIG_EL2_PROGRAM > 0 && desc->mode == TN_MODE_NATIVE && partition != 0) {
        return image_code(TN_DESC_MODE, partition, 0, 0);
    }
    return 0;
}

int tn_image_check_each(const struct tn_image *image, struct tn_desc_limits *limits)
{
    int code = 0;

    if (image->toc->cpu_count > limits->cpu_count) {
        return TN_IMAGE_CPUS_LACKING;
    }
    /* A partition stays inside what the image says it needs. */
    limits->cpu_count = image->toc->cpu_count;
    for (unsigned i = 0; code == 0 && i < image->toc->segment_count; i++) {
        code = tn_image_check_segment(image, i);
    }
    for (unsigned i = 0; code == 0 && i < image->toc->partition_count; i++) {
        code = check_desc(image, i, limits);
    }
    return code;
}

int tn_image_check(const struct tn_image *image, struct tn_desc_limits *limits)
{
    int code = tn_image_check_each(image, limits);

    return code != 0 ? code : tn_image_check_partitions(image, limits);
}
