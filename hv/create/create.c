/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercall group CREATE.  A slot is a partition of the image without a program: its descriptor is
 * the bound.  CREATE takes the descriptor of a program into Mortise's own memory and checks it
 * there, FILL takes the segment, a page a call, into the slot's memory, which no guest reaches
 * until all of it is there and its CRC is right; from then on the partition is OFF, and one as any
 * other.  DESTROY clears the memory, some pages a call.  A state of the partition says what may
 * come next; while a call is at it the state is CHANGING, so that others are refused and no lock is
 * held meanwhile.
 */
#include <tn/hv/slot.h>

#include <tn/abi/cap.h>
#include <tn/crc32.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/life.h>
#include <tn/hv/partition.h>
#include <tn/hv/stage2.h>
#include <tn/hv/wipe.h>
#include <tn/image.h>
#include <tn/sysreg.h>

#include "internal.h"

#define WIPE_AT_A_TIME (16ull * HV_PAGE)

static struct slot slots[CONFIG_SLOTS] TN_SECTION(".bss.0shared");
static uint64_t base; /* physical, of the image */

static struct slot *find(uint64_t partition)
{
    for (unsigned i = 0; i < CONFIG_SLOTS; i++) {
        if (partition != 0 && partition != tn_hv_partition.index &&
            slots[i].partition == partition) {
            return &slots[i];
        }
    }
    return NULL;
}

const struct tn_partition_desc *tn_hv_slot_desc(unsigned partition,
                                                const struct tn_partition_desc *desc)
{
    for (unsigned i = 0; i < CONFIG_SLOTS; i++) {
        if (partition != 0 && slots[i].partition == partition) {
            return slot_desc(&slots[i]);
        }
    }
    return desc;
}

/* From `offset` of the slot's memory on; both are multiples of the page. */
static void wipe(const struct slot *slot, uint64_t image, uint64_t offset, uint64_t size)
{
    const struct tn_region part = {
        .source = slot_page(slot, offset), .size = size, .colours = slot->colours};

    tn_hv_wipe_region(image, &part);
}

/* The builder sees to it that it has these regions, and that the descriptor is not too large. */
static void take_slot(struct slot *slot, const struct tn_hv_boot *boot, unsigned partition)
{
    const struct tn_partition_desc *desc = tn_image_desc(&boot->image, partition);
    const struct tn_region *regions = tn_desc_regions(desc);
    const volatile uint64_t *from = (const volatile uint64_t *)(const void *)desc;
    const struct tn_image_segment *segment;

    if (desc->desc_size > TN_PART_DESC_MAX) {
        return;
    }
    for (unsigned i = 0; i < desc->desc_size / 8; i++) {
        slot->bound[i] = from[i];
    }
    for (unsigned i = 0; i < desc->region_count; i++) {
        if (regions[i].kind == TN_REGION_IMAGE) {
            slot->ipa = regions[i].ipa;
        } else if (regions[i].kind == TN_REGION_MEMORY) {
            if ((regions[i].access & TN_ACCESS_SHARED) == 0) {
                slot->memory = regions[i].source;
                slot->size = regions[i].size;
                slot->colours = regions[i].colours;
            }
        }
    }
    segment = &boot->image.segments[boot->image.partitions[partition].first_segment];
    slot_take_channels(slot, boot->image.bytes + segment->offset, segment->size);
    slot->partition = partition;
    wipe(slot, boot->base, 0, slot->size);
}

static void start(const struct tn_hv_boot *boot)
{
    unsigned next = 0;

    base = boot->base;
    if (!tn_hv_is_first() || !boot->fresh || boot->again) {
        return;
    }
    for (unsigned i = 0; i < CONFIG_PARTITIONS && next < CONFIG_SLOTS; i++) {
        if ((tn_image_desc(&boot->image, i)->flags & TN_DESC_SLOT) != 0) {
            take_slot(&slots[next++], boot, i);
        }
    }
}

static bool head_ok(const struct slot *slot, uint64_t size)
{
    const struct tn_part *head = &slot->head;

    return head->magic == TN_PART_MAGIC && head->version == TN_PART_VERSION &&
           head->desc_size >= sizeof(struct tn_partition_desc) &&
           head->desc_size <= TN_PART_DESC_MAX && head->desc_size % 8 == 0 &&
           head->segment_size != 0 && head->segment_size <= slot->size &&
           head->segment_offset >= sizeof(*head) + head->desc_size &&
           head->segment_offset <= size && head->segment_size <= size - head->segment_offset &&
           head->channel_count <= TN_PART_CHANNELS && head->channels_offset % 8 == 0 &&
           head->channels_offset <= head->segment_size &&
           head->channel_count * sizeof(struct tn_channel_end) <=
               head->segment_size - head->channels_offset;
}

/* Each byte is read once: what the caller changes meanwhile is one thing or the other. */
static long take_desc(struct slot *slot, uint64_t ipa, uint64_t size)
{
    uint32_t crc;
    long result;

    if (size < sizeof(slot->head) || !tn_hv_guest_read(&slot->head, ipa, sizeof(slot->head)) ||
        !head_ok(slot, size) ||
        !tn_hv_guest_read(slot->desc, ipa + sizeof(slot->head), slot->head.desc_size)) {
        return TN_HC_INVALID;
    }
    crc = tn_crc32(0, &slot->head, offsetof(struct tn_part, crc));
    if (tn_crc32(crc, slot->desc, slot->head.desc_size) != slot->head.crc) {
        return TN_HC_INVALID;
    }
    result = slot_check(slot);
    if (result == TN_HC_OK) {
        result = slot_check_channels(slot, ipa + slot->head.segment_offset);
    }
    if (result == TN_HC_OK) {
        slot_adopt(slot);
        slot->done = 0;
        slot->crc = 0;
    }
    return result;
}

static TN_HC_FUNCTION long create_create(uint64_t id, uint64_t partition, uint64_t ipa,
                                         uint64_t size)
{
    struct slot *slot = find(partition);
    long result;

    (void)id;
    if (slot == NULL) {
        return TN_HC_INVALID;
    }
    if (!tn_hv_life_move(slot->partition, TN_LIFE_EMPTY, TN_LIFE_CHANGING)) {
        return TN_HC_BUSY;
    }
    result = take_desc(slot, ipa, size);
    tn_hv_life_move(slot->partition, TN_LIFE_CHANGING,
                    result == TN_HC_OK ? TN_LIFE_FILLING : TN_LIFE_EMPTY);
    return result;
}

/* To memory, for who fetches it with its caches off. */
static void clean(const void *page)
{
    uintptr_t at = (uintptr_t)page, end = at + HV_PAGE;
    uintptr_t line = 4ull << (tn_sysreg_read(ctr_el0) >> 16 & 0xf); /* DminLine */

    for (; at < end; at += line) {
        __asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
    }
    tn_dsb(ish);
}

/* A page of the slot, mapped for this one copy; the CRC is that of what has arrived. */
static bool fill_page(struct slot *slot, uint64_t ipa, uint32_t size)
{
    uint64_t pa = base + slot_page(slot, slot->done);
    uint64_t inside = pa & (HV_BLOCK - 1);
    char *page = (char *)tn_hv_map_load(pa - inside) + inside;
    bool read = tn_hv_guest_read(page, ipa, size);

    if (read) {
        slot->crc = tn_crc32(slot->crc, page, size);
        slot_write_channels(slot, page, size);
        slot->done += size;
        clean(page);
    }
    tn_hv_unmap_load();
    return read;
}

static uint32_t left_to_fill(const struct slot *slot)
{
    return slot->head.segment_size - slot->done;
}

/* What an instruction cache may still have of this memory goes before it can be run. */
static uint32_t complete(struct slot *slot)
{
    if (slot->crc != slot->head.segment_crc) {
        slot->done = 0;
        return TN_LIFE_CLEARING;
    }
    __asm__ volatile("ic ialluis" : : : "memory");
    tn_dsb(ish);
    tn_isb();
    return TN_LIFE_OFF;
}

static TN_HC_FUNCTION long create_fill(uint64_t id, uint64_t partition, uint64_t ipa, uint64_t size)
{
    struct slot *slot = find(partition);
    uint32_t state = TN_LIFE_FILLING;
    long result = TN_HC_INVALID;

    (void)id;
    if (slot == NULL) {
        return TN_HC_INVALID;
    }
    if (!tn_hv_life_move(slot->partition, TN_LIFE_FILLING, TN_LIFE_CHANGING)) {
        return TN_HC_BUSY;
    }
    if (size == (left_to_fill(slot) < HV_PAGE ? left_to_fill(slot) : HV_PAGE) &&
        fill_page(slot, ipa, (uint32_t)size)) {
        result = left_to_fill(slot);
        if (result == 0) {
            state = complete(slot);
            result = state == TN_LIFE_OFF ? TN_HC_OK : TN_HC_INVALID;
        }
    }
    tn_hv_life_move(slot->partition, TN_LIFE_CHANGING, state);
    return result;
}

/* Whether it was there to be cleared, from the beginning or further. */
static bool begin_to_clear(struct slot *slot)
{
    if (tn_hv_life_move(slot->partition, TN_LIFE_CLEARING, TN_LIFE_CHANGING)) {
        return true;
    }
    if (tn_hv_life_move(slot->partition, TN_LIFE_OFF, TN_LIFE_CHANGING) ||
        tn_hv_life_move(slot->partition, TN_LIFE_FILLING, TN_LIFE_CHANGING)) {
        slot->done = 0;
        return true;
    }
    return false;
}

static TN_HC_FUNCTION long create_destroy(uint64_t id, uint64_t partition, uint64_t x2, uint64_t x3)
{
    struct slot *slot = find(partition);
    uint64_t part;

    (void)id, (void)x2, (void)x3;
    if (slot == NULL) {
        return TN_HC_INVALID;
    }
    if (!begin_to_clear(slot)) {
        return tn_hv_life_state(slot->partition) == TN_LIFE_EMPTY ? TN_HC_OK : TN_HC_BUSY;
    }
    part = slot->size - slot->done;
    part = part < WIPE_AT_A_TIME ? part : WIPE_AT_A_TIME;
    wipe(slot, base, slot->done, part);
    slot->done += (uint32_t)part;
    part = slot->size - slot->done;
    tn_hv_life_move(slot->partition, TN_LIFE_CHANGING,
                    part == 0 ? TN_LIFE_EMPTY : TN_LIFE_CLEARING);
    return (long)part;
}

TN_HV_START(start);
REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_CREATE, TN_CAP_LIFECYCLE, create_create, create_fill,
                         create_destroy);
