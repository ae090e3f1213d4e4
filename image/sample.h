/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the unit test and the fuzzer: a small valid image as one C object, and a function that
 * makes the checksums right again after somebody has broken something else.
 */
#ifndef IMAGE_SAMPLE_H
#define IMAGE_SAMPLE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <tn/crc32.h>
#include <tn/image.h>

#define SAMPLE_MEMORY 0x20000u
#define SAMPLE_BSS 0x4000u

/* Two partitions, both with padding; the second rings the first. */
struct sample {
    struct tn_arm64_header header;
    struct tn_image_info info;
    uint8_t mortise[64];
    struct tn_image_toc toc;
    struct tn_image_partition partitions[2];
    struct tn_image_segment segments[4];
    struct {
        struct tn_partition_desc desc;
        struct tn_region regions[5];
        struct tn_irq_desc irqs[3], padding;
    } first;
    struct {
        struct tn_partition_desc desc;
        struct tn_region regions[2];
        struct tn_irq_desc irqs[1];
        uint16_t doorbells[1], padding;
    } second;
    uint8_t report[13];
    _Alignas(TN_IMAGE_PAGE) uint8_t text[40];
    _Alignas(TN_IMAGE_PAGE) uint8_t rodata[24];
    _Alignas(TN_IMAGE_PAGE) uint8_t other[16];
};

#define SAMPLE_SIZE (offsetof(struct sample, other) + sizeof(((struct sample *)0)->other))

/* Whether the fuzzer's idea of a part lies inside the bytes. */
static inline int sample_inside(uint32_t offset, uint32_t size, size_t bytes)
{
    return (uint64_t)offset + size <= bytes;
}

/* Checksums from the inside out, as far as the fields make sense; `bytes` is 8-byte aligned. */
static inline void sample_seal(uint8_t *bytes, size_t size)
{
    struct tn_image_info *info = (void *)(bytes + TN_IMAGE_INFO_OFFSET);
    struct tn_image_toc *toc = (void *)(bytes + info->toc_offset);
    struct tn_image_partition *partitions = (void *)(toc + 1);
    struct tn_image_segment *segments;
    struct tn_image image = {bytes, info, toc, partitions, NULL};

    if (sample_inside(info->report_offset, info->report_size, size)) {
        info->report_crc = tn_crc32(0, bytes + info->report_offset, info->report_size);
    }
    if (info->toc_offset % 8 != 0 || !sample_inside(info->toc_offset, info->toc_size, size) ||
        info->toc_size < sizeof(*toc)) {
        goto seal_info;
    }
    if (info->toc_size < sizeof(*toc) + toc->partition_count * sizeof(*partitions) +
                             toc->segment_count * sizeof(*segments)) {
        goto seal_toc;
    }
    segments = (void *)(partitions + toc->partition_count);
    image.segments = segments;
    for (unsigned i = 0; i < toc->segment_count; i++) {
        if (sample_inside(segments[i].offset, segments[i].size, size)) {
            segments[i].crc = tn_crc32(0, bytes + segments[i].offset, segments[i].size);
        }
    }
    for (unsigned i = 0; i < toc->partition_count; i++) {
        struct tn_image_partition *p = &partitions[i];
        int inside = sample_inside(p->desc_offset, p->desc_size, size) &&
                     p->first_segment + p->segment_count <= toc->segment_count;

        for (unsigned j = 0; inside && j < p->segment_count; j++) {
            inside = sample_inside(segments[p->first_segment + j].offset,
                                   segments[p->first_segment + j].size, size);
        }
        if (inside) {
            p->desc_crc = tn_crc32(0, bytes + p->desc_offset, p->desc_size);
            tn_image_digest(&image, i, p->sha256);
        }
    }
seal_toc:
    info->toc_crc = tn_crc32(0, toc, info->toc_size);
seal_info:
    info->info_crc =
        tn_crc32(0, bytes, TN_IMAGE_INFO_OFFSET + offsetof(struct tn_image_info, info_crc));
}

static inline void sample_desc(struct tn_partition_desc *desc, const char *name, unsigned size,
                               unsigned regions, unsigned irqs)
{
    desc->magic = TN_DESC_MAGIC;
    desc->version = TN_DESC_VERSION;
    desc->desc_size = (uint16_t)size;
    strcpy(desc->name, name);
    desc->entry = 0x40000000;
    desc->mode = TN_MODE_BYPASS;
    desc->region_count = (uint16_t)regions;
    desc->irq_count = (uint16_t)irqs;
}

static inline void sample_tables(struct sample *s)
{
    strcpy(s->toc.board, "qemu-virt");
    strcpy(s->toc.name, "sample");
    s->toc.partition_count = 2;
    s->toc.segment_count = 4;
    s->toc.cpu_count = 2;
    strcpy(s->partitions[0].name, "first");
    s->partitions[0].desc_offset = offsetof(struct sample, first);
    s->partitions[0].desc_size = sizeof(s->first);
    s->partitions[0].first_segment = 1;
    s->partitions[0].segment_count = 2;
    strcpy(s->partitions[1].name, "second");
    s->partitions[1].desc_offset = offsetof(struct sample, second);
    s->partitions[1].desc_size = sizeof(s->second);
    s->partitions[1].first_segment = 3;
    s->partitions[1].segment_count = 1;
    s->segments[0] = (struct tn_image_segment){offsetof(struct sample, mortise), sizeof(s->mortise),
                                               0, TN_SEGMENT_MORTISE, 0};
    s->segments[1] =
        (struct tn_image_segment){offsetof(struct sample, text), sizeof(s->text), 0, 0, 0};
    s->segments[2] =
        (struct tn_image_segment){offsetof(struct sample, rodata), sizeof(s->rodata), 0, 0, 0};
    s->segments[3] =
        (struct tn_image_segment){offsetof(struct sample, other), sizeof(s->other), 0, 1, 0};
}

static inline void sample_partitions(struct sample *s)
{
    const uint16_t r = TN_ACCESS_R, w = TN_ACCESS_W, x = TN_ACCESS_X;

    sample_desc(&s->first.desc, "first", sizeof(s->first), 5, 3);
    s->first.desc.cpus = 1;
    s->first.regions[0] = (struct tn_region){0x40000000,      0x1000, offsetof(struct sample, text),
                                             TN_REGION_IMAGE, r | x,  0};
    s->first.regions[1] = (struct tn_region){
        0x40001000, 0x1000, offsetof(struct sample, rodata), TN_REGION_IMAGE, r, 0};
    s->first.regions[2] =
        (struct tn_region){0x40100000, 0x3000, 0x8000, TN_REGION_MEMORY, r | w, 0};
    s->first.regions[3] =
        (struct tn_region){0x40200000, 0x1000, 0xb000, TN_REGION_MEMORY, r | w, 0};
    s->first.regions[4] =
        (struct tn_region){0x9000000, 0x1000, 0x9000000, TN_REGION_DEVICE, r | w, 0};
    s->first.irqs[0] = (struct tn_irq_desc){27, 0, 0x80};
    s->first.irqs[1] = (struct tn_irq_desc){33, TN_IRQ_EDGE, 0x80};
    s->first.irqs[2] = (struct tn_irq_desc){50, TN_IRQ_EDGE | TN_IRQ_DOORBELL, 0x80};
    sample_desc(&s->second.desc, "second", sizeof(s->second), 2, 1);
    s->second.desc.cpus = 2;
    s->second.regions[0] = (struct tn_region){
        0x40000000, 0x1000, offsetof(struct sample, other), TN_REGION_IMAGE, r | x, 0};
    s->second.regions[1] =
        (struct tn_region){0x40100000, 0x1000, 0xc000, TN_REGION_MEMORY, r | w, 0};
    s->second.irqs[0] = (struct tn_irq_desc){27, 0, 0x80};
    s->second.desc.doorbell_count = 1;
    s->second.doorbells[0] = 50;
}

/* Make the sample, sealed. */
static inline void sample_make(struct sample *s)
{
    memset(s, 0, sizeof(*s));
    s->header.code0 = 0x14000020;
    s->header.image_size = SAMPLE_MEMORY;
    s->header.flags = TN_ARM64_FLAGS;
    s->header.magic = TN_ARM64_MAGIC;
    memcpy(s->info.magic, TN_IMAGE_MAGIC, sizeof(s->info.magic));
    s->info.version = TN_IMAGE_VERSION;
    s->info.info_size = sizeof(s->info);
    s->info.file_size = SAMPLE_SIZE;
    s->info.memory_size = SAMPLE_MEMORY;
    s->info.hv_bss_offset = SAMPLE_BSS;
    s->info.hv_bss_size = 0x2000;
    s->info.toc_offset = offsetof(struct sample, toc);
    s->info.toc_size = sizeof(s->toc) + sizeof(s->partitions) + sizeof(s->segments);
    s->info.report_offset = offsetof(struct sample, report);
    s->info.report_size = sizeof(s->report);
    sample_tables(s);
    sample_partitions(s);
    memset(s->mortise, 0x11, sizeof(s->mortise));
    memset(s->report, 0x22, sizeof(s->report));
    memset(s->text, 0x33, sizeof(s->text));
    memset(s->rodata, 0x44, sizeof(s->rodata));
    memset(s->other, 0x55, sizeof(s->other));
    sample_seal((uint8_t *)s, sizeof(*s));
}

#endif
