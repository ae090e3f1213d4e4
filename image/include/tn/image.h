/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open and verify a boot image (tn/abi/image.h) and partition descriptors
 * (tn/abi/partition.h).  Written for hostile bytes: every offset, count and size is checked
 * before it is used.  Nothing here allocates, locks, calls the C library or uses other than
 * general registers; any context.  The caller keeps the bytes unchanged while they are in use: a
 * descriptor in memory that a guest can write is copied first.
 *
 * Functions return 0 or a code that says which rule is broken and where; the host's
 * image/host/reason.c puts it into words, Mortise prints the number.
 */
#ifndef TN_IMAGE_H
#define TN_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tn/abi/image.h>
#include <tn/abi/partition.h>

/* Rules, in the order in which they are checked.  Behind each: what index and other count. */
enum tn_image_error {
    TN_IMAGE_OK,

    TN_IMAGE_TRUNCATED,   /* not even both headers */
    TN_IMAGE_UNALIGNED,   /* the bytes do not begin at a multiple of 8 */
    TN_IMAGE_NOT_ARM64,   /* no arm64 Image magic */
    TN_IMAGE_NOT_TENON,   /* an arm64 Image, but not ours */
    TN_IMAGE_VERSION_BAD, /* another version of the format */
    TN_IMAGE_INFO_CRC,
    TN_IMAGE_HEADER,      /* a field of the arm64 Image header */
    TN_IMAGE_INFO_FIELD,  /* unknown flag, reserved field not 0 */
    TN_IMAGE_FILE_SIZE,   /* larger than the bytes given, or smaller than the headers */
    TN_IMAGE_MEMORY_SIZE, /* smaller than the file */
    TN_IMAGE_HV_BSS,      /* not page-aligned, inside the file or beyond the memory */
    TN_IMAGE_TOC_BOUNDS,  /* misaligned, outside the file, or not the size of its counts */
    TN_IMAGE_TOC_CRC,
    TN_IMAGE_TOC_COUNTS,    /* number of partitions, segments or CPUs */
    TN_IMAGE_TOC_NAME,      /* index 0: the board's name, 1: the image's */
    TN_IMAGE_PART_NAME,     /* partition: bad name */
    TN_IMAGE_PART_SEGMENTS, /* partition: its segments do not follow the last partition's */
    TN_IMAGE_PART_DESC,     /* partition: descriptor misaligned or outside the file */
    TN_IMAGE_SEG_OWNER,     /* index: segment; its partition field contradicts the partition */
    TN_IMAGE_SEG_ALIGN,     /* index: segment; Mortise's not at 0x80, another not at a page */
    TN_IMAGE_SEG_BOUNDS,    /* index: segment; empty or outside the file */
    TN_IMAGE_REPORT_BOUNDS, /* outside the file */
    TN_IMAGE_OVERLAP,       /* index, other: tn_image_extent() numbers */
    TN_IMAGE_SEG_CRC,       /* index: segment */
    TN_IMAGE_REPORT_CRC,
    TN_IMAGE_DIGEST,         /* partition: SHA-256 */
    TN_IMAGE_DESC_CRC,       /* partition */
    TN_IMAGE_DESC_NAME_DIFF, /* partition: descriptor and table disagree on the name */
    TN_IMAGE_CPUS_LACKING,   /* the image needs more CPUs than there are */

    TN_DESC_MAGIC_BAD,
    TN_DESC_VERSION_BAD,
    TN_DESC_SIZE,    /* not what its counts make */
    TN_DESC_COUNTS,  /* too many regions or interrupts, or no region */
    TN_DESC_FIELD,   /* reserved field or padding not 0 */
    TN_DESC_CAPS,    /* a bit that is no capability */
    TN_DESC_RESTART, /* unknown policy, or times do not fit it */
    TN_DESC_NAME,    /* not printable, not terminated and padded with NUL */
    TN_DESC_MODE,
    TN_DESC_CPUS,           /* none, or one that does not exist */
    TN_DESC_REGION_ALIGN,   /* index: region; not in pages, or empty */
    TN_DESC_REGION_IPA,     /* index: region; beyond the guest-physical space */
    TN_DESC_REGION_ACCESS,  /* index: region; none, W with X, device with X, image with W */
    TN_DESC_REGION_KIND,    /* index: region; unknown kind, or reserved field not 0 */
    TN_DESC_REGION_SEGMENT, /* index: region; not in one of the partition's own segments */
    TN_DESC_REGION_MEMORY,  /* index: region; not between file_size and memory_size */
    TN_DESC_REGION_HV_BSS,  /* index: region; it is Mortise's memory */
    TN_DESC_REGION_DEVICE,  /* index: region; not a physical address, RAM of the image, or Mortise's
                             */
    TN_DESC_REGION_RAM,     /* index: region; not a physical address, or RAM of the image */
    TN_DESC_REGION_LOAD,    /* index: region; does not go into one RAM region */
    TN_DESC_REGION_OVERLAP, /* index, other: regions that overlap in guest-physical space */
    TN_DESC_REGION_TWICE,   /* index, other: regions with the same memory or registers */
    TN_DESC_ENTRY,          /* not in an executable region, or not a multiple of 4 */
    TN_DESC_IRQ,            /* index: interrupt; INTID not 16..1019, or wrong flags */
    TN_DESC_IRQ_TWICE,      /* index: interrupt; its INTID was there before */
    TN_DESC_DOORBELL,       /* index: doorbell; not an SPI, or its INTID was there before */

    TN_PARTS_CPU,      /* partition: one of its CPUs belongs to an earlier partition */
    TN_PARTS_REGION,   /* partition, index: region, other: the earlier partition that has it */
    TN_PARTS_SPI,      /* partition, index: interrupt that an earlier partition has */
    TN_PARTS_DOORBELL, /* partition, index: doorbell that nobody hears, or that two ring */

    TN_IMAGE_ERRORS /* how many */
};

/* A result code: the rule in bits 0..7, index 8..15, other 16..23, partition 24..30. */
static inline enum tn_image_error tn_image_rule(int code)
{
    return (enum tn_image_error)(code & 0xff);
}

static inline unsigned tn_image_index(int code)
{
    return (unsigned)code >> 8 & 0xff;
}

static inline unsigned tn_image_other(int code)
{
    return (unsigned)code >> 16 & 0xff;
}

static inline unsigned tn_image_partition(int code)
{
    return (unsigned)code >> 24;
}

/* An open image: pointers into its bytes, valid as long as they are. */
struct tn_image {
    const uint8_t *bytes;
    const struct tn_image_info *info;
    const struct tn_image_toc *toc;
    const struct tn_image_partition *partitions; /* toc->partition_count */
    const struct tn_image_segment *segments;     /* toc->segment_count */
};

/* A piece of the file: segments first, then descriptors, the table of contents, the report. */
struct tn_image_extent {
    uint32_t offset;
    uint32_t size;
};

#define TN_DESC_OWN 2u

/* What a descriptor may claim.  tn_image_limits() fills in what stands behind `own`. */
struct tn_desc_limits {
    uint64_t ipa_size;       /* first guest-physical address that cannot be mapped */
    uint64_t image_base;     /* physical address of the image; TN_IMAGE_BASE_UNKNOWN on the host */
    uint64_t banked;         /* physical page that each CPU has its own of; 0: the board has none */
    uint64_t banked_virtual; /* the same, of the virtual interface */
    uint32_t cpu_count;      /* CPUs of the board */
    struct {
        uint64_t base, size; /* physical; size 0: none */
    } own[TN_DESC_OWN];      /* registers that Mortise keeps: no partition's device */
    uint32_t segment_count;
    const struct tn_image_segment *segments; /* the partition's own */
    uint32_t file_size, memory_size;
    uint32_t hv_bss_offset, hv_bss_size;
};

#define TN_IMAGE_BASE_UNKNOWN UINT64_MAX
#define TN_IMAGE_BANKED_UNKNOWN UINT64_MAX

/*
 * Open the image at `bytes` (8-byte aligned), of which `size` bytes can be read; it may be
 * shorter than that.  Checks both headers, the table of contents with its CRC, and that
 * everything lies inside the file and nothing overlaps; contents of segments, descriptors and
 * report are not read.  `image` is valid only after 0.
 */
int tn_image_open(struct tn_image *image, const void *bytes, size_t size);

/* How many extents the image has, and one of them.  `index` < tn_image_extent_count(). */
unsigned tn_image_extent_count(const struct tn_image *image);
struct tn_image_extent tn_image_extent(const struct tn_image *image, unsigned index);

/* Compare the CRC-32 of segment `index` < toc->segment_count with the table's. */
int tn_image_check_segment(const struct tn_image *image, unsigned index);

/* Compare the report's CRC-32; an image without a report passes. */
int tn_image_check_report(const struct tn_image *image);

/*
 * The descriptor of `partition` < toc->partition_count, or NULL when its CRC-32 is wrong.  It
 * lies whole in the image (partitions[partition].desc_size bytes), but its contents still need
 * tn_desc_check().
 */
const struct tn_partition_desc *tn_image_desc(const struct tn_image *image, unsigned partition);

/* Compare the SHA-256 of `partition` < toc->partition_count, over descriptor and segments. */
int tn_image_check_digest(const struct tn_image *image, unsigned partition);

/* Compute that digest. */
void tn_image_digest(const struct tn_image *image, unsigned partition, uint8_t digest[32]);

/* Set what `image` grants to `partition` in `limits`; the caller sets those up to `own`. */
void tn_image_limits(const struct tn_image *image, unsigned partition,
                     struct tn_desc_limits *limits);

/*
 * Check a descriptor of exactly `size` bytes, 8-byte aligned, against every rule that needs no
 * other partition.  Afterwards all its fields, tn_desc_regions() and tn_desc_irqs() can be
 * used as they are.
 */
int tn_desc_check(const struct tn_partition_desc *desc, size_t size,
                  const struct tn_desc_limits *limits);

/*
 * Check that no CPU, memory, device page or SPI is claimed by two partitions, but for what both
 * say is shared (TN_ACCESS_SHARED); of `limits` the banked pages count.  Every descriptor must have
 * passed tn_desc_check().
 */
int tn_image_check_partitions(const struct tn_image *image, const struct tn_desc_limits *limits);

/*
 * What a boot needs, on an open image: the CRC of every segment and descriptor, and every
 * descriptor.  Not the report and not the digests.  The caller sets the members up to `own` of
 * `limits`; all of it is changed.  A single partition needs no more.
 */
int tn_image_check_each(const struct tn_image *image, struct tn_desc_limits *limits);

/* The same, then tn_image_check_partitions(). */
int tn_image_check(const struct tn_image *image, struct tn_desc_limits *limits);

/* The arrays behind a checked descriptor. */
static inline const struct tn_region *tn_desc_regions(const struct tn_partition_desc *desc)
{
    return (const struct tn_region *)(desc + 1);
}

static inline const struct tn_irq_desc *tn_desc_irqs(const struct tn_partition_desc *desc)
{
    return (const struct tn_irq_desc *)(tn_desc_regions(desc) + desc->region_count);
}

static inline const uint16_t *tn_desc_doorbells(const struct tn_partition_desc *desc)
{
    return (const uint16_t *)(tn_desc_irqs(desc) + desc->irq_count);
}

#endif
