/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot-image library: one broken field for each rule with the exact code that must come
 * back, and every bit of a valid image flipped.  Given a file name it writes the sample there,
 * as a seed for image_fuzz.c.
 */
#include <tn/image.h>

#include <stdio.h>
#include <string.h>

#include <tn/abi/cap.h>
#include <tn/crc32.h>
#include <tn/sha256.h>
#include <tn/test.h>

#include "sample.h"

static struct sample valid;

static struct tn_desc_limits board_limits(void)
{
    return (struct tn_desc_limits){.ipa_size = 1ull << 40,
                                   .image_base = 0x48000000,
                                   .cpu_count = 4,
                                   .banked = 0x09000000,
                                   .own = {{0x08000000, 0x10000}, {0, 0}}};
}

/* Everything that the library checks; the exact size, so that the sanitizer sees any overrun. */
static int check_bytes(const void *bytes, size_t size)
{
    struct tn_desc_limits limits = board_limits();
    struct tn_image image;
    void *copy = malloc(size != 0 ? size : 1);
    int code;

    TN_CHECK(copy != NULL);
    memcpy(copy, bytes, size);
    code = tn_image_open(&image, copy, size);
    if (code == 0) {
        code = tn_image_check(&image, &limits);
    }
    if (code == 0) {
        code = tn_image_check_report(&image);
    }
    for (unsigned i = 0; code == 0 && i < image.toc->partition_count; i++) {
        code = tn_image_check_digest(&image, i);
    }
    free(copy);
    return code;
}

/* One field set to a value, and the code that this must give. */
struct poke {
    size_t offset;
    size_t width;
    uint64_t value;
    enum tn_image_error rule;
    unsigned partition, index, other;
};

#define FIELD(member) offsetof(struct sample, member), sizeof(((struct sample *)0)->member)
#define F1(member) FIELD(first.member)
#define F2(member) FIELD(second.member)

static const struct poke header_pokes[] = {
    {FIELD(header.magic), 0, TN_IMAGE_NOT_ARM64, 0, 0, 0},
    {FIELD(info.magic[7]), 'H', TN_IMAGE_NOT_TENON, 0, 0, 0},
    {FIELD(info.version), 2, TN_IMAGE_VERSION_BAD, 0, 0, 0},
    {FIELD(info.info_size), 60, TN_IMAGE_VERSION_BAD, 0, 0, 0},
    {FIELD(header.text_offset), 0x80000, TN_IMAGE_HEADER, 0, 0, 0},
    {FIELD(header.image_size), SAMPLE_MEMORY - 1, TN_IMAGE_HEADER, 0, 0, 0},
    {FIELD(header.flags), 2, TN_IMAGE_HEADER, 0, 0, 0},
    {FIELD(header.res2), 1, TN_IMAGE_HEADER, 0, 0, 0},
    {FIELD(header.res3), 1, TN_IMAGE_HEADER, 0, 0, 0},
    {FIELD(header.res4), 1, TN_IMAGE_HEADER, 0, 0, 0},
    {FIELD(header.res5), 1, TN_IMAGE_HEADER, 0, 0, 0},
    {FIELD(info.flags), 2, TN_IMAGE_INFO_FIELD, 0, 0, 0},
    {FIELD(info.reserved), 1, TN_IMAGE_INFO_FIELD, 0, 0, 0},
    {FIELD(info.file_size), 127, TN_IMAGE_FILE_SIZE, 0, 0, 0},
    {FIELD(info.file_size), SAMPLE_SIZE + 1, TN_IMAGE_FILE_SIZE, 0, 0, 0},
    {FIELD(info.hv_bss_offset), SAMPLE_BSS + 8, TN_IMAGE_HV_BSS, 0, 0, 0},
    {FIELD(info.hv_bss_offset), 0x3000, TN_IMAGE_HV_BSS, 0, 0, 0},
    {FIELD(info.hv_bss_size), SAMPLE_MEMORY - SAMPLE_BSS + 1, TN_IMAGE_HV_BSS, 0, 0, 0},
    {FIELD(info.hv_bss_size), UINT32_MAX, TN_IMAGE_HV_BSS, 0, 0, 0},
    {FIELD(info.report_offset), 0x7f, TN_IMAGE_REPORT_BOUNDS, 0, 0, 0},
    {FIELD(info.report_offset), UINT32_MAX, TN_IMAGE_REPORT_BOUNDS, 0, 0, 0},
    {FIELD(info.report_size), UINT32_MAX, TN_IMAGE_REPORT_BOUNDS, 0, 0, 0},
    {FIELD(info.toc_offset), 0x78, TN_IMAGE_TOC_BOUNDS, 0, 0, 0},
    {FIELD(info.toc_offset), 0xc4, TN_IMAGE_TOC_BOUNDS, 0, 0, 0},
    {FIELD(info.toc_offset), 0xfffffff8, TN_IMAGE_TOC_BOUNDS, 0, 0, 0},
    {FIELD(info.toc_size), sizeof(struct tn_image_toc) - 1, TN_IMAGE_TOC_BOUNDS, 0, 0, 0},
    {FIELD(info.toc_size), UINT32_MAX, TN_IMAGE_TOC_BOUNDS, 0, 0, 0},
    {FIELD(info.toc_size), 304, TN_IMAGE_TOC_BOUNDS, 0, 0, 0},
};

static const struct poke table_pokes[] = {
    {FIELD(toc.partition_count), 0, TN_IMAGE_TOC_COUNTS, 0, 0, 0},
    {FIELD(toc.partition_count), 33, TN_IMAGE_TOC_COUNTS, 0, 0, 0},
    {FIELD(toc.partition_count), 3, TN_IMAGE_TOC_BOUNDS, 0, 0, 0},
    {FIELD(toc.segment_count), 2, TN_IMAGE_TOC_COUNTS, 0, 0, 0},
    {FIELD(toc.segment_count), 129, TN_IMAGE_TOC_COUNTS, 0, 0, 0},
    {FIELD(toc.segment_count), 5, TN_IMAGE_TOC_BOUNDS, 0, 0, 0},
    {FIELD(toc.cpu_count), 0, TN_IMAGE_TOC_COUNTS, 0, 0, 0},
    {FIELD(toc.cpu_count), 65, TN_IMAGE_TOC_COUNTS, 0, 0, 0},
    {FIELD(toc.cpu_count), 5, TN_IMAGE_CPUS_LACKING, 0, 0, 0},
    {FIELD(toc.board[0]), 0, TN_IMAGE_TOC_NAME, 0, 0, 0},
    {FIELD(toc.board[31]), 'x', TN_IMAGE_TOC_NAME, 0, 0, 0},
    {FIELD(toc.name[2]), '\n', TN_IMAGE_TOC_NAME, 0, 1, 0},
    {FIELD(toc.name[7]), 'x', TN_IMAGE_TOC_NAME, 0, 1, 0},
    {FIELD(toc.name[2]), 0x80, TN_IMAGE_TOC_NAME, 0, 1, 0},
    {FIELD(partitions[1].name[1]), ' ', TN_IMAGE_PART_NAME, 1, 0, 0},
    {FIELD(partitions[1].name[1]), 'o', TN_IMAGE_DESC_NAME_DIFF, 1, 0, 0},
    {FIELD(partitions[1].desc_offset), offsetof(struct sample, second) + 4, TN_IMAGE_PART_DESC, 1,
     0, 0},
    {FIELD(partitions[1].desc_offset), 0x40, TN_IMAGE_PART_DESC, 1, 0, 0},
    {FIELD(partitions[1].desc_offset), 0xfffffff8, TN_IMAGE_PART_DESC, 1, 0, 0},
    {FIELD(partitions[1].desc_size), 71, TN_IMAGE_PART_DESC, 1, 0, 0},
    {FIELD(partitions[1].desc_size), UINT32_MAX, TN_IMAGE_PART_DESC, 1, 0, 0},
    {FIELD(partitions[1].first_segment), 2, TN_IMAGE_PART_SEGMENTS, 1, 0, 0},
    {FIELD(partitions[1].segment_count), 0, TN_IMAGE_PART_SEGMENTS, 1, 0, 0},
    {FIELD(partitions[1].segment_count), 2, TN_IMAGE_PART_SEGMENTS, 1, 0, 0},
    {FIELD(partitions[1].segment_count), 0xffff, TN_IMAGE_PART_SEGMENTS, 1, 0, 0},
    {FIELD(segments[0].partition), 0, TN_IMAGE_SEG_OWNER, 0, 0, 0},
    {FIELD(segments[2].partition), 1, TN_IMAGE_SEG_OWNER, 0, 2, 0},
    {FIELD(segments[3].partition), TN_SEGMENT_MORTISE, TN_IMAGE_SEG_OWNER, 0, 3, 0},
    {FIELD(segments[3].reserved), 1, TN_IMAGE_SEG_OWNER, 0, 3, 0},
    {FIELD(segments[0].offset), 0x88, TN_IMAGE_SEG_ALIGN, 0, 0, 0},
    {FIELD(segments[1].offset), 0x1008, TN_IMAGE_SEG_ALIGN, 0, 1, 0},
    {FIELD(segments[1].offset), 0, TN_IMAGE_SEG_BOUNDS, 0, 1, 0},
    {FIELD(segments[1].offset), 0xfffff000, TN_IMAGE_SEG_BOUNDS, 0, 1, 0},
    {FIELD(segments[1].size), 0, TN_IMAGE_SEG_BOUNDS, 0, 1, 0},
    {FIELD(segments[1].size), UINT32_MAX, TN_IMAGE_SEG_BOUNDS, 0, 1, 0},
    {FIELD(segments[1].size), 0x1001, TN_IMAGE_OVERLAP, 0, 1, 2},
    {FIELD(segments[1].offset), 0x2000, TN_IMAGE_OVERLAP, 0, 1, 2},
    {FIELD(segments[0].size), 65, TN_IMAGE_OVERLAP, 0, 0, 6},
    {FIELD(partitions[1].desc_offset), offsetof(struct sample, first) + 8, TN_IMAGE_OVERLAP, 0, 4,
     5},
    {FIELD(info.report_offset), offsetof(struct sample, text) + 39, TN_IMAGE_OVERLAP, 0, 1, 7},
    {FIELD(info.report_offset), offsetof(struct sample, report) - 1, TN_IMAGE_OVERLAP, 0, 5, 7},
};

static const struct poke desc_pokes[] = {
    {F1(desc.magic), 0, TN_DESC_MAGIC_BAD, 0, 0, 0},
    {F1(desc.version), 1, TN_DESC_VERSION_BAD, 0, 0, 0},
    {F2(desc.desc_size), 136, TN_DESC_SIZE, 1, 0, 0},
    {FIELD(partitions[1].desc_size), 136, TN_DESC_SIZE, 1, 0, 0},
    {F2(desc.region_count), 0, TN_DESC_COUNTS, 1, 0, 0},
    {F2(desc.region_count), 65, TN_DESC_COUNTS, 1, 0, 0},
    {F2(desc.region_count), 3, TN_DESC_SIZE, 1, 0, 0},
    {F2(desc.irq_count), 257, TN_DESC_COUNTS, 1, 0, 0},
    {F2(desc.irq_count), 0xffff, TN_DESC_COUNTS, 1, 0, 0},
    {F2(desc.irq_count), 3, TN_DESC_SIZE, 1, 0, 0},
    {F2(desc.doorbell_count), 3, TN_DESC_SIZE, 1, 0, 0},
    {F2(desc.doorbell_count), 65, TN_DESC_COUNTS, 1, 0, 0},
    {F1(padding.priority), 1, TN_DESC_FIELD, 0, 0, 0},
    {F2(padding), 0x100, TN_DESC_FIELD, 1, 0, 0},
    {F2(desc.reserved), 1, TN_DESC_FIELD, 1, 0, 0},
    {F2(desc.caps), 1ull << (TN_CAP_LAST + 1), TN_DESC_CAPS, 1, 0, 0},
    {F2(desc.caps), 1ull << 63, TN_DESC_CAPS, 1, 0, 0},
    {F2(desc.flags), 8, TN_DESC_FIELD, 1, 0, 0},
    {F2(desc.restart), 3, TN_DESC_RESTART, 1, 0, 0},
    {F2(desc.restart), 1, TN_DESC_RESTART, 1, 0, 0},
    {F2(desc.restart_times), 1, TN_DESC_RESTART, 1, 0, 0},
    {F2(desc.restart_times), 17, TN_DESC_RESTART, 1, 0, 0},
    {F2(desc.name[0]), 0, TN_DESC_NAME, 1, 0, 0},
    {F2(desc.name[31]), 1, TN_DESC_NAME, 1, 0, 0},
    {F2(desc.mode), 0, TN_DESC_MODE, 1, 0, 0},
    {F2(desc.mode), 4, TN_DESC_MODE, 1, 0, 0}, /* native: the first partition only */
    {F2(desc.mode), 5, TN_DESC_MODE, 1, 0, 0},
    {F2(desc.cpus), 0, TN_DESC_CPUS, 1, 0, 0},
    {F2(desc.cpus), 4, TN_DESC_CPUS, 1, 0, 0},
    {F2(desc.cpus), 1ull << 63, TN_DESC_CPUS, 1, 0, 0},
    {F2(desc.entry), 0x40100000, TN_DESC_ENTRY, 1, 0, 0},
    {F2(desc.entry), 0x40001000, TN_DESC_ENTRY, 1, 0, 0},
    {F2(desc.entry), 0x3ffffffc, TN_DESC_ENTRY, 1, 0, 0},
    {F2(desc.entry), 0x40000002, TN_DESC_ENTRY, 1, 0, 0},
    {F1(irqs[1].intid), 15, TN_DESC_IRQ, 0, 1, 0},
    {F1(irqs[1].intid), 1020, TN_DESC_IRQ, 0, 1, 0},
    {F1(irqs[1].intid), 0xffff, TN_DESC_IRQ, 0, 1, 0},
    {F1(irqs[1].flags), 2, TN_DESC_IRQ, 0, 1, 0},
    {F1(irqs[1].flags), 6, TN_DESC_IRQ, 0, 1, 0},
    {F1(irqs[1].flags), 8, TN_DESC_IRQ, 0, 1, 0},
    {F1(irqs[0].flags), 4, TN_DESC_IRQ, 0, 0, 0},
    {F1(irqs[0].flags), 3, TN_DESC_IRQ, 0, 0, 0},
    {F1(irqs[1].intid), 27, TN_DESC_IRQ_TWICE, 0, 1, 0},
    {F2(doorbells[0]), 27, TN_DESC_DOORBELL, 1, 0, 0},
    {F2(doorbells[0]), 31, TN_DESC_DOORBELL, 1, 0, 0},
    {F2(doorbells[0]), 1020, TN_DESC_DOORBELL, 1, 0, 0},
};

static const struct poke region_pokes[] = {
    {F1(regions[2].ipa), 0x40100800, TN_DESC_REGION_ALIGN, 0, 2, 0},
    {F1(regions[2].size), 0x2800, TN_DESC_REGION_ALIGN, 0, 2, 0},
    {F1(regions[2].source), 0x8001, TN_DESC_REGION_ALIGN, 0, 2, 0},
    {F1(regions[2].size), 0, TN_DESC_REGION_ALIGN, 0, 2, 0},
    {F1(regions[2].ipa), 1ull << 40, TN_DESC_REGION_IPA, 0, 2, 0},
    {F1(regions[2].ipa), (1ull << 40) - 0x2000, TN_DESC_REGION_IPA, 0, 2, 0},
    {F1(regions[2].ipa), -0x1000ull, TN_DESC_REGION_IPA, 0, 2, 0},
    {F1(regions[2].size), -0x1000ull, TN_DESC_REGION_IPA, 0, 2, 0},
    {F1(regions[2].access), 0, TN_DESC_REGION_ACCESS, 0, 2, 0},
    {F1(regions[2].access), 16, TN_DESC_REGION_ACCESS, 0, 2, 0},
    {F1(regions[2].access), 8, TN_DESC_REGION_ACCESS, 0, 2, 0},
    {F1(regions[2].access), 7, TN_DESC_REGION_ACCESS, 0, 2, 0},
    {F1(regions[2].access), 6, TN_DESC_REGION_ACCESS, 0, 2, 0},
    {F1(regions[1].access), 3, TN_DESC_REGION_ACCESS, 0, 1, 0},
    {F1(regions[4].access), 5, TN_DESC_REGION_ACCESS, 0, 4, 0},
    {F1(regions[2].kind), 0, TN_DESC_REGION_KIND, 0, 2, 0},
    {F1(regions[2].kind), 8, TN_DESC_REGION_KIND, 0, 2, 0},
    {F1(regions[2].kind), TN_REGION_POOL, TN_DESC_REGION_ACCESS, 0, 2, 0},
    {F1(regions[2].kind), TN_REGION_REGISTERS, TN_DESC_REGION_ALIGN, 0, 2, 0},
    {F1(regions[1].kind), TN_REGION_LOAD, TN_DESC_REGION_LOAD, 0, 1, 0},
    {F1(regions[2].colours), 1, TN_DESC_REGION_KIND, 0, 2, 0},
    {F1(regions[1].source), 0x3000, TN_DESC_REGION_SEGMENT, 0, 1, 0},
    {F1(regions[1].source), 0, TN_DESC_REGION_SEGMENT, 0, 1, 0},
    {F1(regions[1].size), 0x2000, TN_DESC_REGION_SEGMENT, 0, 1, 0},
    {F1(regions[1].source), -0x1000ull, TN_DESC_REGION_SEGMENT, 0, 1, 0},
    {F1(regions[2].source), 0x3000, TN_DESC_REGION_MEMORY, 0, 2, 0},
    {F1(regions[2].source), SAMPLE_MEMORY - 0x2000, TN_DESC_REGION_MEMORY, 0, 2, 0},
    {F1(regions[2].source), -0x1000ull, TN_DESC_REGION_MEMORY, 0, 2, 0},
    {F1(regions[2].source), SAMPLE_BSS, TN_DESC_REGION_HV_BSS, 0, 2, 0},
    {F1(regions[2].source), SAMPLE_BSS + 0x1000, TN_DESC_REGION_HV_BSS, 0, 2, 0},
    {F1(regions[4].source), 0x0800f000, TN_DESC_REGION_DEVICE, 0, 4, 0},
    {F1(regions[4].source), 1ull << 48, TN_DESC_REGION_DEVICE, 0, 4, 0},
    {F1(regions[4].source), -0x1000ull, TN_DESC_REGION_DEVICE, 0, 4, 0},
    {F1(regions[4].source), 0x48000000, TN_DESC_REGION_DEVICE, 0, 4, 0},
    {F1(regions[4].source), 0x48000000 + SAMPLE_MEMORY - 0x1000, TN_DESC_REGION_DEVICE, 0, 4, 0},
    {F1(regions[3].ipa), 0x40102000, TN_DESC_REGION_OVERLAP, 0, 2, 3},
    {F1(regions[4].ipa), 0x40000000, TN_DESC_REGION_OVERLAP, 0, 0, 4},
    {F1(regions[3].source), 0xa000, TN_DESC_REGION_TWICE, 0, 2, 3},
    {F2(desc.cpus), 3, TN_PARTS_CPU, 1, 0, 0},
    {F2(regions[1].source), 0x9000, TN_PARTS_REGION, 1, 1, 0},
    {F2(irqs[0].intid), 33, TN_PARTS_SPI, 1, 0, 0},
    {F2(doorbells[0]), 51, TN_PARTS_DOORBELL, 1, 0, 0},
    {F1(irqs[2].flags), 1, TN_PARTS_DOORBELL, 1, 0, 0},
    {F2(desc.doorbell_count), 0, TN_DESC_FIELD, 1, 0, 0},
};

/* The rules that a table of single fields reaches are ticked off here. */
static uint8_t reached[TN_IMAGE_ERRORS];

static void expect(int code, const struct poke *poke, size_t number)
{
    int expected = (int)(poke->rule | poke->index << 8 | poke->other << 16 | poke->partition << 24);

    if (code != expected) {
        fprintf(stderr, "poke %zu: rule %d, index %u, other %u, partition %u\n", number,
                tn_image_rule(code), tn_image_index(code), tn_image_other(code),
                tn_image_partition(code));
    }
    TN_CHECK(code == expected);
    reached[poke->rule] = 1;
}

static void run_pokes(const struct poke *pokes, size_t count)
{
    static struct sample broken;

    for (size_t i = 0; i < count; i++) {
        broken = valid;
        memcpy((uint8_t *)&broken + pokes[i].offset, &pokes[i].value, pokes[i].width);
        sample_seal((uint8_t *)&broken, sizeof(broken));
        expect(check_bytes(&broken, SAMPLE_SIZE), &pokes[i], i);
    }
}

#define RUN_POKES(table) run_pokes(table, sizeof(table) / sizeof((table)[0]))

static void header_rules(void)
{
    RUN_POKES(header_pokes);
}

static void table_rules(void)
{
    RUN_POKES(table_pokes);
}

static void desc_rules(void)
{
    RUN_POKES(desc_pokes);
}

static void region_rules(void)
{
    RUN_POKES(region_pokes);
}

/* Wrong checksums are not sealed away. */
static void checksum_rules(void)
{
    static const struct poke pokes[] = {
        {FIELD(header.code0), 0, TN_IMAGE_INFO_CRC, 0, 0, 0},
        {FIELD(info.info_crc), 0, TN_IMAGE_INFO_CRC, 0, 0, 0},
        {FIELD(toc.cpu_count), 1, TN_IMAGE_TOC_CRC, 0, 0, 0},
        {FIELD(mortise[63]), 0, TN_IMAGE_SEG_CRC, 0, 0, 0},
        {FIELD(rodata[0]), 0, TN_IMAGE_SEG_CRC, 0, 2, 0},
        {FIELD(report[3]), 0, TN_IMAGE_REPORT_CRC, 0, 0, 0},
        {FIELD(second.desc.caps), 1, TN_IMAGE_DESC_CRC, 1, 0, 0},
    };
    static struct sample broken;

    for (size_t i = 0; i < sizeof(pokes) / sizeof(pokes[0]); i++) {
        broken = valid;
        memcpy((uint8_t *)&broken + pokes[i].offset, &pokes[i].value, pokes[i].width);
        expect(check_bytes(&broken, SAMPLE_SIZE), &pokes[i], i);
    }
}

/* A digest that was forged together with every CRC. */
static void digest_rule(void)
{
    struct sample broken = valid;
    const struct poke poke = {FIELD(partitions[1].sha256[31]), 0, TN_IMAGE_DIGEST, 1, 0, 0};

    broken.partitions[1].sha256[31] ^= 1;
    broken.info.toc_crc = tn_crc32(0, &broken.toc, broken.info.toc_size);
    broken.info.info_crc = tn_crc32(0, &broken, 0x7c);
    expect(check_bytes(&broken, SAMPLE_SIZE), &poke, 0);
}

static void memory_smaller_than_file(void)
{
    struct sample broken = valid;
    const struct poke poke = {FIELD(info.memory_size), 0, TN_IMAGE_MEMORY_SIZE, 0, 0, 0};

    broken.info.memory_size = SAMPLE_SIZE - 1;
    broken.header.image_size = SAMPLE_SIZE - 1;
    sample_seal((uint8_t *)&broken, sizeof(broken));
    expect(check_bytes(&broken, SAMPLE_SIZE), &poke, 0);
}

static void every_truncation(void)
{
    for (size_t size = 0; size < SAMPLE_SIZE; size++) {
        int code = check_bytes(&valid, size);

        TN_CHECK(code == (size < 0x80 ? TN_IMAGE_TRUNCATED : TN_IMAGE_FILE_SIZE));
    }
    reached[TN_IMAGE_TRUNCATED] = 1;
}

static void misaligned_bytes(void)
{
    static _Alignas(8) uint8_t bytes[sizeof(struct sample) + 8];
    struct tn_image image;

    memcpy(bytes + 4, &valid, sizeof(valid));
    TN_CHECK(tn_image_open(&image, bytes + 4, SAMPLE_SIZE) == TN_IMAGE_UNALIGNED);
    reached[TN_IMAGE_UNALIGNED] = 1;
}

static int in_some_part(const struct tn_image *image, size_t at)
{
    int inside = at < 0x80;

    for (unsigned i = 0; i < tn_image_extent_count(image); i++) {
        struct tn_image_extent extent = tn_image_extent(image, i);

        inside |= at >= extent.offset && at - extent.offset < extent.size;
    }
    return inside;
}

/* Whatever bit of headers, table, descriptors, segments or report flips is found. */
static void every_bit(void)
{
    static struct sample broken;
    struct tn_image image;

    TN_CHECK(tn_image_open(&image, &valid, SAMPLE_SIZE) == 0);
    broken = valid;
    for (size_t at = 0; at < SAMPLE_SIZE; at++) {
        if (!in_some_part(&image, at)) {
            continue;
        }
        for (unsigned bit = 0; bit < 8; bit++) {
            ((uint8_t *)&broken)[at] ^= (uint8_t)(1u << bit);
            TN_CHECK(check_bytes(&broken, SAMPLE_SIZE) != 0);
            ((uint8_t *)&broken)[at] ^= (uint8_t)(1u << bit);
        }
    }
}

static void valid_image(void)
{
    static uint8_t mapped[sizeof(valid) + 4096];
    struct tn_desc_limits limits = board_limits();
    struct tn_image image;

    TN_CHECK(check_bytes(&valid, SAMPLE_SIZE) == 0);
    /* At boot more is mapped than the file has. */
    memcpy(mapped, &valid, sizeof(valid));
    TN_CHECK(tn_image_open(&image, mapped, sizeof(mapped)) == 0);
    TN_CHECK(tn_image_check(&image, &limits) == 0);
    TN_CHECK(tn_image_desc(&image, 1) == (const void *)(mapped + offsetof(struct sample, second)));
    TN_CHECK(tn_desc_irqs(tn_image_desc(&image, 1))[0].intid == 27);
}

static void no_report(void)
{
    struct sample without = valid;

    without.info.report_size = 0;
    without.info.report_offset = UINT32_MAX; /* means nothing */
    sample_seal((uint8_t *)&without, sizeof(without));
    TN_CHECK(check_bytes(&without, SAMPLE_SIZE) == 0);
}

static void every_rule_was_reached(void)
{
    for (unsigned rule = TN_IMAGE_OK + 1; rule < TN_IMAGE_ERRORS; rule++) {
        if (!reached[rule]) {
            fprintf(stderr, "no test reaches rule %u\n", rule);
        }
        TN_CHECK(reached[rule]);
    }
}

static int write_sample(const char *path)
{
    FILE *file = fopen(path, "wb");
    int bad = file == NULL || fwrite(&valid, SAMPLE_SIZE, 1, file) != 1;

    return (file != NULL && fclose(file) != 0) || bad;
}

/* RAM by physical address is not the image's. */
static void ram_region(void)
{
    static struct sample s;
    struct poke poke = {0, 0, 0, TN_DESC_REGION_RAM, 0, 4, 0};

    s = valid;
    s.first.regions[4].kind = TN_REGION_RAM;
    sample_seal((uint8_t *)&s, sizeof(s));
    TN_CHECK(check_bytes(&s, SAMPLE_SIZE) == 0);
    s.first.regions[4].source = 0x48000000;
    sample_seal((uint8_t *)&s, sizeof(s));
    expect(check_bytes(&s, SAMPLE_SIZE), &poke, 0);
}

int main(int argc, char **argv)
{
    sample_make(&valid);
    if (argc == 2) {
        return write_sample(argv[1]);
    }
    tn_test_begin();
    TN_RUN(valid_image);
    TN_RUN(no_report);
    TN_RUN(header_rules);
    TN_RUN(table_rules);
    TN_RUN(desc_rules);
    TN_RUN(region_rules);
    TN_RUN(checksum_rules);
    TN_RUN(digest_rule);
    TN_RUN(memory_smaller_than_file);
    TN_RUN(every_truncation);
    TN_RUN(misaligned_bytes);
    TN_RUN(every_bit);
    TN_RUN(ram_region);
    TN_RUN(every_rule_was_reached);
    return tn_test_end();
}
