/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot image as bytes: what the packer writes, what Mortise checks at boot and what
 * `tnimage inspect` reads back.  One header for host and target; all fields are little-endian.
 *
 *   0x00  arm64 Image header (Linux Documentation/arm64/booting.rst), 64 bytes
 *   0x40  struct tn_image_info
 *   0x80  Mortise: text, then read-only data (it has no initialised writable data)
 *   ....  one page-aligned segment for each partition (its read-only image)
 *   ....  table of contents, descriptors and build report, in whatever gaps are left
 *   ====  end of the file; memory above it up to memory_size is Mortise's .bss and the
 *         partitions' writable memory, and holds garbage until its owner clears it
 *
 * Every offset counts from the image's first byte, which lies on a 2 MiB boundary in memory.
 */
#ifndef TN_ABI_IMAGE_H
#define TN_ABI_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#define TN_IMAGE_ALIGN 0x200000u /* load address */
#define TN_IMAGE_PAGE 0x1000u    /* alignment of a segment and of every region */

/* arm64 Image header: magic at byte 56, flags: little-endian, 4 KiB pages, anywhere in RAM. */
#define TN_ARM64_MAGIC 0x644d5241u
#define TN_ARM64_FLAGS 0xau

struct tn_arm64_header {
    uint32_t code0; /* a branch to the entry */
    uint32_t code1;
    uint64_t text_offset; /* 0 */
    uint64_t image_size;  /* == tn_image_info.memory_size */
    uint64_t flags;
    uint64_t res2, res3, res4;
    uint32_t magic;
    uint32_t res5;
};

#define TN_IMAGE_INFO_OFFSET 0x40u
#define TN_IMAGE_MAGIC "TENONIMG" /* 8 bytes, no terminator */
#define TN_IMAGE_VERSION 1u

#define TN_IMAGE_MAX_PARTITIONS 32u
#define TN_IMAGE_MAX_SEGMENTS 128u
#define TN_IMAGE_NAME_MAX 32u /* bytes, NUL-terminated and NUL-padded */

#define TN_IMAGE_SHA256_AT_BOOT 0x1u /* flags: check each partition's digest at boot, too */

struct tn_image_info {
    uint8_t magic[8];
    uint16_t version;
    uint16_t info_size; /* sizeof(struct tn_image_info) */
    uint32_t flags;
    uint32_t file_size;     /* bytes in the file */
    uint32_t memory_size;   /* bytes of RAM the image takes from its load address on */
    uint32_t hv_bss_offset; /* Mortise's .bss, page-aligned, >= file_size */
    uint32_t hv_bss_size;
    uint32_t toc_offset; /* struct tn_image_toc, 8-byte aligned */
    uint32_t toc_size;   /* with its partition and segment arrays */
    uint32_t toc_crc;
    uint32_t report_offset; /* zlib stream of JSON; size 0: no report */
    uint32_t report_size;
    uint32_t report_crc;
    uint32_t reserved; /* 0 */
    uint32_t info_crc; /* CRC-32 of the Image header and of this struct up to this field */
};

struct tn_image_toc {
    char board[TN_IMAGE_NAME_MAX]; /* name of the board's folder */
    char name[TN_IMAGE_NAME_MAX];  /* name of the image */
    uint16_t partition_count;
    uint16_t segment_count;
    uint32_t cpu_count; /* CPUs that the image needs: highest CPU used + 1 */
    /* struct tn_image_partition[partition_count], struct tn_image_segment[segment_count] */
};

struct tn_image_partition {
    char name[TN_IMAGE_NAME_MAX];
    uint32_t desc_offset; /* struct tn_partition_desc, 8-byte aligned */
    uint32_t desc_size;
    uint32_t desc_crc;
    uint16_t first_segment;
    uint16_t segment_count;
    uint8_t sha256[32]; /* over the descriptor, then its segments in table order */
};

#define TN_SEGMENT_MORTISE 0xffffu /* tn_image_segment.partition of Mortise's own segment */

/* Segment 0 is Mortise: offset 0x80, what follows the two headers. */
struct tn_image_segment {
    uint32_t offset; /* page-aligned, but for Mortise's */
    uint32_t size;   /* bytes in the file */
    uint32_t crc;    /* CRC-32 (ISO 3309, as zlib's; CPU instruction CRC32X) of these bytes */
    uint16_t partition;
    uint16_t reserved; /* 0 */
};

_Static_assert(sizeof(struct tn_arm64_header) == 64, "arm64 Image header");
_Static_assert(offsetof(struct tn_arm64_header, magic) == 56, "arm64 Image header");
_Static_assert(sizeof(struct tn_image_info) == 64, "layout is ABI");
_Static_assert(offsetof(struct tn_image_info, toc_offset) == 32, "layout is ABI");
_Static_assert(offsetof(struct tn_image_info, info_crc) == 60, "layout is ABI");
_Static_assert(sizeof(struct tn_image_toc) == 72, "layout is ABI");
_Static_assert(sizeof(struct tn_image_partition) == 80, "layout is ABI");
_Static_assert(offsetof(struct tn_image_partition, sha256) == 48, "layout is ABI");
_Static_assert(sizeof(struct tn_image_segment) == 16, "layout is ABI");

#endif
