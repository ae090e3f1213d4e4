/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition descriptor against everything that one descriptor can get wrong.  At boot it
 * comes from the builder, at run time from a partition that creates another: the same check.
 */
#include <tn/image.h>

#include <tn/abi/cap.h>
#include <tn/compiler.h>

#include "internal.h"

#define FIRST_INTID 16u
#define FIRST_SPI 32u
#define LAST_INTID 1019u
#define PA_END (1ull << 48) /* a stage-2 entry with 4 KiB pages holds no more (FEAT_LPA aside) */

/* Behind the arrays: less than 8 bytes. */
static bool padding_ok(const struct tn_partition_desc *desc, size_t arrays)
{
    const uint8_t *bytes = (const uint8_t *)desc;

    for (size_t i = sizeof(*desc) + arrays; i < desc->desc_size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

static int check_frame(const struct tn_partition_desc *desc, size_t size)
{
    size_t arrays;

    if (size < sizeof(*desc)) {
        return TN_DESC_SIZE;
    }
    if (desc->magic != TN_DESC_MAGIC) {
        return TN_DESC_MAGIC_BAD;
    }
    if (desc->version != TN_DESC_VERSION) {
        return TN_DESC_VERSION_BAD;
    }
    if (desc->region_count == 0 || desc->region_count > TN_DESC_MAX_REGIONS ||
        desc->irq_count > TN_DESC_MAX_IRQS || desc->doorbell_count > TN_DESC_MAX_DOORBELLS) {
        return TN_DESC_COUNTS;
    }
    arrays = desc->region_count * sizeof(struct tn_region) +
             desc->irq_count * sizeof(struct tn_irq_desc) + desc->doorbell_count * sizeof(uint16_t);
    if (desc->desc_size != size || size != TN_ALIGN_UP(sizeof(*desc) + arrays, 8u)) {
        return TN_DESC_SIZE;
    }
    return padding_ok(desc, arrays) ? 0 : TN_DESC_FIELD;
}

static int check_fields(const struct tn_partition_desc *desc, const struct tn_desc_limits *limits)
{
    if (desc->reserved != 0) {
        return TN_DESC_FIELD;
    }
    if (desc->caps >> (TN_CAP_LAST + 1) != 0) {
        return TN_DESC_CAPS;
    }
    if ((desc->flags & ~(TN_DESC_ON_DEMAND | TN_DESC_POOL | TN_DESC_SLOT)) != 0) {
        return TN_DESC_FIELD;
    }
    if (desc->restart > TN_RESTART_ALWAYS || desc->restart_times > TN_RESTART_TIMES_MAX ||
        (desc->restart != TN_RESTART_NEVER) != (desc->restart_times != 0)) {
        return TN_DESC_RESTART;
    }
    if (!image_name_ok(desc->name)) {
        return TN_DESC_NAME;
    }
    if (desc->mode < TN_MODE_BYPASS ||
        desc->mode > (CONFIG_EL2_PROGRAM > 0 ? TN_MODE_NATIVE : TN_MODE_KERNEL)) {
        return TN_DESC_MODE;
    }
    if (desc->cpus == 0 || (limits->cpu_count < 64 && desc->cpus >> limits->cpu_count != 0)) {
        return TN_DESC_CPUS;
    }
    return 0;
}

/* A region may end in the page that the segment ends in: nothing else begins in that page but
 * tables, which are no secret. */
static bool in_own_segment(const struct tn_region *region, const struct tn_desc_limits *limits)
{
    for (unsigned i = 0; i < limits->segment_count; i++) {
        const struct tn_image_segment *segment = &limits->segments[i];
        uint64_t end = TN_ALIGN_UP((uint64_t)segment->offset + segment->size, TN_IMAGE_PAGE);

        if (region->source >= segment->offset && region->source < end &&
            region->size <= end - region->source) {
            return true;
        }
    }
    return false;
}

static enum tn_image_error check_memory(const struct tn_region *region,
                                        const struct tn_desc_limits *limits)
{
    uint64_t span = image_span(region);

    if (region->source < limits->file_size || region->source > limits->memory_size ||
        span > limits->memory_size - region->source) {
        return TN_DESC_REGION_MEMORY;
    }
    if (limits->hv_bss_size != 0 &&
        image_overlap(region->source, span, limits->hv_bss_offset, limits->hv_bss_size)) {
        return TN_DESC_REGION_HV_BSS;
    }
    return TN_IMAGE_OK;
}

/* By physical address it is never the image's RAM: that would be a way around every other rule. */
static bool physical_ok(const struct tn_region *region, const struct tn_desc_limits *limits)
{
    if (region->source >= PA_END || image_span(region) > PA_END - region->source) {
        return false;
    }
    return limits->image_base == TN_IMAGE_BASE_UNKNOWN ||
           !image_overlap(region->source, image_span(region), limits->image_base,
                          limits->memory_size);
}

/* Nor what Mortise holds all partitions apart with: the interrupt controller. */
static bool device_ok(const struct tn_region *region, const struct tn_desc_limits *limits)
{
    for (unsigned i = 0; i < TN_DESC_OWN; i++) {
        if (limits->own[i].size != 0 && image_overlap(region->source, image_span(region),
                                                      limits->own[i].base, limits->own[i].size)) {
            return false;
        }
    }
    return physical_ok(region, limits);
}

/* Colours are of what is cached, and the first page has one of them. */
static bool colours_ok(const struct tn_region *region)
{
    bool cached = region->kind == TN_REGION_RAM ||
                  (region->kind == TN_REGION_MEMORY && (region->access & TN_ACCESS_UNCACHED) == 0);

    return region->colours == 0 || (CONFIG_COLOURED > 0 && cached &&
                                    tn_region_page(region, region->source) == region->source);
}

static enum tn_image_error check_source(const struct tn_region *region,
                                        const struct tn_desc_limits *limits)
{
    if (!colours_ok(region)) {
        return TN_DESC_REGION_KIND;
    }
    switch (region->kind) {
    case TN_REGION_IMAGE:
    case TN_REGION_LOAD:
        if ((region->access & TN_ACCESS_W) != 0) {
            return TN_DESC_REGION_ACCESS;
        }
        return in_own_segment(region, limits) ? TN_IMAGE_OK : TN_DESC_REGION_SEGMENT;
    case TN_REGION_POOL:
        if (region->access != (TN_ACCESS_R | TN_ACCESS_W | TN_ACCESS_SHARED)) {
            return TN_DESC_REGION_ACCESS;
        }
        return check_memory(region, limits);
    case TN_REGION_MEMORY:
        return check_memory(region, limits);
    case TN_REGION_DEVICE:
        if ((region->access & TN_ACCESS_X) != 0) {
            return TN_DESC_REGION_ACCESS;
        }
        return device_ok(region, limits) ? TN_IMAGE_OK : TN_DESC_REGION_DEVICE;
    case TN_REGION_RAM:
        return device_ok(region, limits) ? TN_IMAGE_OK : TN_DESC_REGION_RAM;
    default:
        return TN_DESC_REGION_KIND;
    }
}

/* They are not in pages, and nowhere in guest-physical space. */
static enum tn_image_error check_registers(const struct tn_region *region,
                                           const struct tn_desc_limits *limits)
{
    if ((region->size | region->source) % 4 != 0 || region->size == 0 ||
        region->ipa != region->source) {
        return TN_DESC_REGION_ALIGN;
    }
    if ((region->access & (TN_ACCESS_R | TN_ACCESS_W)) == 0 ||
        (region->access & ~(TN_ACCESS_R | TN_ACCESS_W)) != 0) {
        return TN_DESC_REGION_ACCESS;
    }
    if (region->colours != 0) {
        return TN_DESC_REGION_KIND;
    }
    return device_ok(region, limits) ? TN_IMAGE_OK : TN_DESC_REGION_DEVICE;
}

static enum tn_image_error check_region(const struct tn_region *region,
                                        const struct tn_desc_limits *limits)
{
    const unsigned wx = TN_ACCESS_W | TN_ACCESS_X;
    const unsigned rights = TN_ACCESS_R | wx;

    if (region->kind == TN_REGION_REGISTERS) {
        return check_registers(region, limits);
    }
    if ((region->ipa | region->size | region->source) % TN_IMAGE_PAGE != 0 || region->size == 0) {
        return TN_DESC_REGION_ALIGN;
    }
    if (region->ipa >= limits->ipa_size || region->size > limits->ipa_size - region->ipa) {
        return TN_DESC_REGION_IPA;
    }
    if ((region->access & rights) == 0 ||
        (region->access & ~(rights | TN_ACCESS_SHARED | TN_ACCESS_UNCACHED)) != 0 ||
        (region->kind != TN_REGION_MEMORY && (region->access & TN_ACCESS_UNCACHED) != 0) ||
        ((region->access & wx) == wx && region->kind != TN_REGION_RAM)) {
        return TN_DESC_REGION_ACCESS;
    }
    return check_source(region, limits);
}

/*
 * Two regions of one partition.  Writable memory that is mapped twice could be writable here and
 * executable there; image bytes are read-only and may be.
 */
static enum tn_image_error check_pair(const struct tn_region *a, const struct tn_region *b)
{
    if (a->kind == TN_REGION_REGISTERS || b->kind == TN_REGION_REGISTERS) {
        return TN_IMAGE_OK;
    }
    if ((a->kind == TN_REGION_LOAD) == (b->kind == TN_REGION_LOAD) &&
        image_overlap(a->ipa, a->size, b->ipa, b->size)) {
        return TN_DESC_REGION_OVERLAP;
    }
    if (image_same_pages(a, b)) {
        return TN_DESC_REGION_TWICE;
    }
    return TN_IMAGE_OK;
}

/* What is copied goes into memory of the partition alone, all of it into one region. */
static bool load_ok(const struct tn_partition_desc *desc, const struct tn_region *load)
{
    const struct tn_region *regions = tn_desc_regions(desc);

    for (unsigned i = 0; i < desc->region_count; i++) {
        bool own = regions[i].kind == TN_REGION_RAM ||
                   (CONFIG_COLOURED > 0 && regions[i].kind == TN_REGION_MEMORY &&
                    (regions[i].access & TN_ACCESS_SHARED) == 0);

        if (own && load->ipa >= regions[i].ipa && load->ipa - regions[i].ipa < regions[i].size &&
            load->size <= regions[i].size - (load->ipa - regions[i].ipa)) {
            return true;
        }
    }
    return false;
}

static int check_regions(const struct tn_partition_desc *desc, const struct tn_desc_limits *limits)
{
    const struct tn_region *regions = tn_desc_regions(desc);
    bool entry = false;

    for (unsigned i = 0; i < desc->region_count; i++) {
        enum tn_image_error rule = check_region(&regions[i], limits);

        if (rule == TN_IMAGE_OK && regions[i].kind == TN_REGION_LOAD &&
            !load_ok(desc, &regions[i])) {
            rule = TN_DESC_REGION_LOAD;
        }
        if (rule != TN_IMAGE_OK) {
            return image_code(rule, 0, i, 0);
        }
        for (unsigned j = 0; j < i; j++) {
            rule = check_pair(&regions[j], &regions[i]);
            if (rule != TN_IMAGE_OK) {
                return image_code(rule, 0, j, i);
            }
        }
        entry |= (regions[i].access & TN_ACCESS_X) != 0 && desc->entry >= regions[i].ipa &&
                 desc->entry - regions[i].ipa < regions[i].size;
    }
    return entry && desc->entry % 4 == 0 ? 0 : TN_DESC_ENTRY;
}

/* A doorbell is an edge, and only an SPI can be made pending from another CPU. */
static bool irq_ok(const struct tn_irq_desc *irq)
{
    const unsigned doorbell = TN_IRQ_EDGE | TN_IRQ_DOORBELL;

    return irq->intid >= FIRST_INTID && irq->intid <= LAST_INTID &&
           (irq->flags <= TN_IRQ_EDGE ||
            (irq->intid >= FIRST_SPI &&
             (irq->flags == doorbell || (irq->flags & ~TN_IRQ_EDGE) == TN_IRQ_INJECTABLE)));
}

/* One bit an INTID: at run time a guest may hand over the full 256, and comparing all pairs
 * would keep EL2 busy for long. */
static int check_irqs(const struct tn_partition_desc *desc)
{
    const struct tn_irq_desc *irqs = tn_desc_irqs(desc);
    uint64_t seen[(LAST_INTID + 64) / 64];

    if (desc->irq_count + desc->doorbell_count == 0) {
        return 0;
    }
    for (unsigned i = 0; i < TN_ARRAY_SIZE(seen); i++) {
        seen[i] = 0;
    }
    for (unsigned i = 0; i < desc->irq_count; i++) {
        unsigned intid = irqs[i].intid;

        if (!irq_ok(&irqs[i])) {
            return image_code(TN_DESC_IRQ, 0, i, 0);
        }
        if ((seen[intid / 64] >> intid % 64 & 1) != 0) {
            return image_code(TN_DESC_IRQ_TWICE, 0, i, 0);
        }
        seen[intid / 64] |= 1ull << intid % 64;
    }
    /* One's own interrupts are no doorbells of others, and each is there once. */
    for (unsigned i = 0; i < desc->doorbell_count; i++) {
        unsigned intid = tn_desc_doorbells(desc)[i];

        if (intid < FIRST_SPI || intid > LAST_INTID || (seen[intid / 64] >> intid % 64 & 1) != 0) {
            return image_code(TN_DESC_DOORBELL, 0, i, 0);
        }
        seen[intid / 64] |= 1ull << intid % 64;
    }
    return 0;
}

int tn_desc_check(const struct tn_partition_desc *desc, size_t size,
                  const struct tn_desc_limits *limits)
{
    int code = check_frame(desc, size);

    if (code == 0) {
        code = check_fields(desc, limits);
    }
    if (code == 0) {
        code = check_regions(desc, limits);
    }
    if (code == 0) {
        code = check_irqs(desc);
    }
    return code;
}
