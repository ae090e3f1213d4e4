/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every check of the library, those that only a whole file allows, and the sentence that says
 * which one failed where.
 */
#include "tnpack.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <tn/crc32.h>

#include "reason.h"

/* What stage 2 can map at most with 40 bits; Mortise checks against its own tables. */
#define IPA_SIZE (1ull << 40)

static void append(struct verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void append(struct verdict *verdict, const char *format, ...)
{
    size_t used = strlen(verdict->text);
    va_list args;

    va_start(args, format);
    vsnprintf(verdict->text + used, sizeof(verdict->text) - used, format, args);
    va_end(args);
}

/* Names are printed only when the image is open: before that they may be anything. */
static void say_partition(struct verdict *verdict, bool open, unsigned partition)
{
    if (open) {
        append(verdict, "partition '%s'", verdict->image.partitions[partition].name);
    } else {
        append(verdict, "partition %u", partition);
    }
}

static void say_segment(struct verdict *verdict, bool open, unsigned index)
{
    append(verdict, "segment %u", index);
    if (index == 0) {
        append(verdict, " (Mortise)");
    } else if (open) {
        append(verdict, " (");
        say_partition(verdict, true, verdict->image.segments[index].partition);
        append(verdict, ")");
    }
}

static void say_region(struct verdict *verdict, unsigned partition, unsigned index)
{
    const struct tn_image_partition *entry = &verdict->image.partitions[partition];
    const struct tn_partition_desc *desc =
        (const void *)(verdict->image.bytes + entry->desc_offset);
    const struct tn_region *region = &tn_desc_regions(desc)[index];

    append(verdict, "region %u (ipa %#" PRIx64 ", size %#" PRIx64 ", source %#" PRIx64 ")", index,
           region->ipa, region->size, region->source);
}

static void say_irq(struct verdict *verdict, unsigned partition, unsigned index)
{
    const struct tn_image_partition *entry = &verdict->image.partitions[partition];
    const struct tn_partition_desc *desc =
        (const void *)(verdict->image.bytes + entry->desc_offset);

    append(verdict, "interrupt %u (INTID %u)", index, tn_desc_irqs(desc)[index].intid);
}

static void say_doorbell(struct verdict *verdict, unsigned partition, unsigned index)
{
    const struct tn_image_partition *entry = &verdict->image.partitions[partition];
    const struct tn_partition_desc *desc =
        (const void *)(verdict->image.bytes + entry->desc_offset);

    append(verdict, "doorbell %u (INTID %u)", index, tn_desc_doorbells(desc)[index]);
}

static void say_extent(struct verdict *verdict, unsigned index)
{
    const struct tn_image_toc *toc = verdict->image.toc;
    struct tn_image_extent extent = tn_image_extent(&verdict->image, index);

    if (index < toc->segment_count) {
        append(verdict, "segment %u", index);
    } else if (index < toc->segment_count + toc->partition_count) {
        append(verdict, "the descriptor of partition %u", index - toc->segment_count);
    } else if (index == toc->segment_count + toc->partition_count) {
        append(verdict, "the table of contents");
    } else {
        append(verdict, "the report");
    }
    append(verdict, " at %#x..%#" PRIx64, extent.offset, (uint64_t)extent.offset + extent.size - 1);
}

/* Where it is, when that is more than the file; ends in ": ". */
static void say_place(struct verdict *verdict, int code)
{
    enum tn_image_error rule = tn_image_rule(code);
    unsigned partition = tn_image_partition(code);

    switch (rule) {
    case TN_IMAGE_TOC_NAME:
        append(verdict, tn_image_index(code) == 0 ? "board: " : "image: ");
        return;
    case TN_IMAGE_PART_NAME:
    case TN_IMAGE_PART_SEGMENTS:
    case TN_IMAGE_PART_DESC:
        say_partition(verdict, false, partition);
        break;
    case TN_IMAGE_SEG_OWNER:
    case TN_IMAGE_SEG_ALIGN:
    case TN_IMAGE_SEG_BOUNDS:
        say_segment(verdict, false, tn_image_index(code));
        break;
    case TN_IMAGE_SEG_CRC:
        say_segment(verdict, true, tn_image_index(code));
        break;
    default:
        if (rule < TN_IMAGE_DIGEST || rule == TN_IMAGE_CPUS_LACKING || rule >= TN_IMAGE_ERRORS) {
            return;
        }
        say_partition(verdict, true, partition);
        break;
    }
    append(verdict, ": ");
    if ((rule >= TN_DESC_REGION_ALIGN && rule <= TN_DESC_REGION_TWICE) || rule == TN_PARTS_REGION) {
        say_region(verdict, partition, tn_image_index(code));
        append(verdict, ": ");
    } else if (rule == TN_DESC_IRQ || rule == TN_DESC_IRQ_TWICE || rule == TN_PARTS_SPI) {
        say_irq(verdict, partition, tn_image_index(code));
        append(verdict, ": ");
    } else if (rule == TN_DESC_DOORBELL || rule == TN_PARTS_DOORBELL) {
        say_doorbell(verdict, partition, tn_image_index(code));
        append(verdict, ": ");
    }
}

static void say_crc(struct verdict *verdict, uint32_t offset, uint32_t size, uint32_t expected)
{
    append(verdict, "CRC-32 is %08x, the table says %08x",
           tn_crc32(0, verdict->image.bytes + offset, size), expected);
}

/* What is wrong, with the numbers where there are some. */
static void say_cause(struct verdict *verdict, int code, const struct file *file)
{
    const struct tn_image *image = &verdict->image;
    unsigned partition = tn_image_partition(code);
    const struct tn_image_segment *segment;

    switch (tn_image_rule(code)) {
    case TN_IMAGE_TRUNCATED:
        append(verdict, "%zu bytes, the headers alone have %zu", file->size,
               TN_IMAGE_INFO_OFFSET + sizeof(struct tn_image_info));
        break;
    case TN_IMAGE_FILE_SIZE:
        append(verdict, "%zu bytes, the headers say %u", file->size, image->info->file_size);
        break;
    case TN_IMAGE_OVERLAP:
        say_extent(verdict, tn_image_other(code));
        append(verdict, " overlaps ");
        say_extent(verdict, tn_image_index(code));
        break;
    case TN_IMAGE_SEG_CRC:
        segment = &image->segments[tn_image_index(code)];
        say_crc(verdict, segment->offset, segment->size, segment->crc);
        break;
    case TN_IMAGE_REPORT_CRC:
        append(verdict, "report: ");
        say_crc(verdict, image->info->report_offset, image->info->report_size,
                image->info->report_crc);
        break;
    case TN_IMAGE_DESC_CRC:
        append(verdict, "descriptor: ");
        say_crc(verdict, image->partitions[partition].desc_offset,
                image->partitions[partition].desc_size, image->partitions[partition].desc_crc);
        break;
    case TN_DESC_REGION_OVERLAP:
    case TN_DESC_REGION_TWICE:
        append(verdict, "%s: ", tn_image_reason(code));
        say_region(verdict, partition, tn_image_other(code));
        break;
    case TN_PARTS_CPU:
    case TN_PARTS_REGION:
    case TN_PARTS_SPI:
        append(verdict, "%s, '%s'", tn_image_reason(code),
               image->partitions[tn_image_other(code)].name);
        break;
    default:
        append(verdict, "%s", tn_image_reason(code));
        break;
    }
}

/* Bytes of no part are 0: one bit that flips is found wherever it is. */
static int check_gaps(struct verdict *verdict, const struct file *file)
{
    const struct tn_image *image = &verdict->image;
    unsigned count = tn_image_extent_count(image);
    size_t at = TN_IMAGE_INFO_OFFSET + sizeof(struct tn_image_info);

    while (at < file->size) {
        size_t next = file->size;
        bool inside = false;

        for (unsigned i = 0; i < count; i++) {
            struct tn_image_extent extent = tn_image_extent(image, i);

            if (at >= extent.offset && at - extent.offset < extent.size) {
                at = (size_t)extent.offset + extent.size;
                inside = true;
            } else if (extent.offset > at && extent.offset < next && extent.size != 0) {
                next = extent.offset;
            }
        }
        for (; !inside && at < next; at++) {
            if (file->bytes[at] != 0) {
                append(verdict, "the byte at %#zx is not 0 and belongs to nothing", at);
                return VERIFY_GAP;
            }
        }
    }
    return 0;
}

/* The checks of the library, in the order of what depends on what. */
static int check_all(struct verdict *verdict, const struct file *file)
{
    struct tn_image *image = &verdict->image;
    struct tn_desc_limits limits = {.ipa_size = IPA_SIZE,
                                    .image_base = TN_IMAGE_BASE_UNKNOWN,
                                    .banked = TN_IMAGE_BANKED_UNKNOWN,
                                    .cpu_count = 64};
    int code = tn_image_open(image, file->bytes, file->size);

    if (code != 0) {
        return code;
    }
    if (file->size != image->info->file_size) {
        return TN_IMAGE_FILE_SIZE;
    }
    code = tn_image_check(image, &limits);
    if (code == 0) {
        code = tn_image_check_report(image);
    }
    for (unsigned i = 0; code == 0 && i < image->toc->partition_count; i++) {
        code = tn_image_check_digest(image, i);
    }
    return code;
}

int verify(struct verdict *verdict, const struct file *file)
{
    int code = check_all(verdict, file);

    verdict->text[0] = '\0';
    if (code == 0) {
        return check_gaps(verdict, file);
    }
    say_place(verdict, code);
    say_cause(verdict, code, file);
    return code;
}

const char *verify_cure(int code)
{
    switch (tn_image_rule(code)) {
    case TN_IMAGE_TRUNCATED:
    case TN_IMAGE_FILE_SIZE:
        return "the file is truncated or not an image, build it again";
    case TN_IMAGE_NOT_ARM64:
    case TN_IMAGE_NOT_TENON:
    case TN_IMAGE_VERSION_BAD:
        return tn_image_cure(code);
    default:
        return "the file is damaged, build it again";
    }
}
