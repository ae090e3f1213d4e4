/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A descriptor that a partition has handed over, against the rules for every descriptor and against
 * what its slot has.  It lies in Mortise's memory: nobody changes it between check and use.
 */
#include "internal.h"

#include <tn/abi/hypercall.h>
#include <tn/hv/partition.h>
#include <tn/image.h>

/* All of a region in the window of guest-physical space that the slot has tables for. */
static bool in_window(const struct slot *slot, const struct tn_region *region)
{
    uint64_t window = tn_part_window(slot->size);

    return region->ipa >= slot->ipa && region->size <= window &&
           region->ipa - slot->ipa <= window - region->size;
}

/* The same registers as in the slot's descriptor, with no more rights; NULL: there are none such.
 */
static const struct tn_region *device_of(struct slot *slot, const struct tn_region *region)
{
    const struct tn_partition_desc *bound = slot_bound(slot);

    for (unsigned i = 0; i < bound->region_count; i++) {
        const struct tn_region *own = &tn_desc_regions(bound)[i];

        if (own->kind == TN_REGION_DEVICE && own->ipa == region->ipa && own->size == region->size &&
            own->source == region->source && (region->access & ~own->access) == 0) {
            return own;
        }
    }
    return NULL;
}

static bool region_ok(struct slot *slot, const struct tn_region *region)
{
    const unsigned special = TN_ACCESS_SHARED | TN_ACCESS_UNCACHED;

    switch (region->kind) {
    case TN_REGION_IMAGE:
    case TN_REGION_MEMORY:
        return (region->access & special) == 0 && region->colours == 0 && in_window(slot, region);
    case TN_REGION_DEVICE:
        return device_of(slot, region) != NULL;
    default:
        return false;
    }
}

static bool irq_ok(struct slot *slot, const struct tn_irq_desc *irq)
{
    const struct tn_partition_desc *bound = slot_bound(slot);

    /* A doorbell comes with its channel. */
    for (unsigned i = 0; i < bound->irq_count && (irq->flags & TN_IRQ_DOORBELL) == 0; i++) {
        const struct tn_irq_desc *own = &tn_desc_irqs(bound)[i];

        if (own->intid == irq->intid && own->flags == irq->flags &&
            own->priority == irq->priority) {
            return true;
        }
    }
    return false;
}

static bool fits(struct slot *slot)
{
    const struct tn_partition_desc *desc = slot_desc(slot);

    if ((desc->caps & ~slot_bound(slot)->caps) != 0 || desc->mode > TN_MODE_TENON ||
        desc->doorbell_count != 0) {
        return false;
    }
    for (unsigned i = 0; i < desc->region_count; i++) {
        if (!region_ok(slot, &tn_desc_regions(desc)[i])) {
            return false;
        }
    }
    for (unsigned i = 0; i < desc->irq_count; i++) {
        if (!irq_ok(slot, &tn_desc_irqs(desc)[i])) {
            return false;
        }
    }
    return true;
}

/*
 * The slot's memory is to the descriptor what the image's memory is at boot: the file, then RAM.
 * Devices need no limits here, they are the slot's or refused.
 */
long slot_check(struct slot *slot)
{
    const struct tn_image_segment segment = {.offset = 0, .size = slot->head.segment_size};
    struct tn_desc_limits limits = {
        .ipa_size = 1ull << CONFIG_HV_IPA_BITS,
        .image_base = TN_IMAGE_BASE_UNKNOWN,
        .cpu_count = 64, /* they are the slot's, whatever it says */
        .segment_count = 1,
        .segments = &segment,
        .file_size = (slot->head.segment_size + HV_PAGE - 1) & ~(uint32_t)(HV_PAGE - 1),
        .memory_size = (uint32_t)slot->size,
    };

    if (tn_desc_check(slot_desc(slot), slot->head.desc_size, &limits) != 0) {
        return TN_HC_INVALID;
    }
    return fits(slot) ? TN_HC_OK : TN_HC_DENIED;
}

uint64_t slot_page(const struct slot *slot, uint64_t offset)
{
    const struct tn_region upto = {
        .source = slot->memory, .size = offset + HV_PAGE, .colours = slot->colours};

    return CONFIG_COLOURED > 0 ? tn_region_end(&upto) - HV_PAGE : slot->memory + offset;
}

void slot_adopt(struct slot *slot)
{
    struct tn_partition_desc *desc = slot_desc(slot);
    const struct tn_partition_desc *bound = slot_bound(slot);
    struct tn_region *regions = (struct tn_region *)(desc + 1);

    __builtin_memcpy(desc->name, bound->name, sizeof(desc->name));
    desc->cpus = bound->cpus;
    desc->restart = bound->restart;
    desc->flags = bound->flags;
    desc->restart_times = bound->restart_times;
    desc->restart_window_ms = bound->restart_window_ms;
    desc->watchdog_ms = bound->watchdog_ms;
    for (unsigned i = 0; i < desc->region_count; i++) {
        if (regions[i].kind == TN_REGION_DEVICE) {
            regions[i].access |= device_of(slot, &regions[i])->access & TN_ACCESS_SHARED;
        } else {
            regions[i].source = slot_page(slot, regions[i].source);
            regions[i].colours = slot->colours;
        }
    }
    slot_add_channels(slot);
}
