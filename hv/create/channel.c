/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Channels of slots.  The image has them as those of any partition: memory, interrupts, doorbells
 * in the slot's descriptor, records of its ends in its segment.  A program that is created names
 * those that it wants, and gets the slot's records and what belongs to them; what it says of
 * addresses is never read.
 */
#include "internal.h"

#include <tn/abi/hypercall.h>
#include <tn/hv/partition.h>
#include <tn/hv/stage2.h>
#include <tn/image.h>

void slot_take_channels(struct slot *slot, const uint8_t *segment, uint32_t size)
{
    const volatile uint64_t *from = (const volatile void *)(segment + TN_SLOT_CHANNELS);
    uint64_t *to = (void *)slot->own;

    slot->own_count = 0;
    if (size < TN_SLOT_CHANNELS || size - TN_SLOT_CHANNELS > sizeof(slot->own)) {
        return;
    }
    slot->own_count = (size - TN_SLOT_CHANNELS) / sizeof(struct tn_channel_end);
    for (unsigned i = 0; i < slot->own_count * sizeof(struct tn_channel_end) / 8; i++) {
        to[i] = from[i];
    }
}

/* Each word through a volatile pointer: no call of memcpy(), which Mortise does without. */
static void copy(void *to, const void *from, unsigned bytes)
{
    volatile uint32_t *word = to;

    for (unsigned i = 0; i < bytes / 4; i++) {
        word[i] = ((const uint32_t *)from)[i];
    }
}

/* All that both ends have to agree in; no && between neighbours, which would become memcmp(). */
static bool same(const struct tn_channel_end *a, const struct tn_channel_end *b)
{
    uint32_t different = (a->pages ^ b->pages) | (a->capacity ^ b->capacity) | (a->size ^ b->size);

    different |= (uint32_t)(a->kind ^ b->kind) | (a->role ^ b->role) | (a->notify ^ b->notify);
    for (unsigned i = 0; i < sizeof(a->name); i++) {
        different |= (uint8_t)(a->name[i] ^ b->name[i]);
    }
    return different == 0;
}

/* Whether a region of the slot's is one of the channel's two. */
static bool is_of(const struct tn_region *region, const struct tn_channel_end *end)
{
    return region->kind == TN_REGION_MEMORY && (region->access & TN_ACCESS_SHARED) != 0 &&
           end->kind != TN_CHANNEL_DOORBELL && region->ipa >= end->memory &&
           region->ipa - end->memory <= end->pages;
}

static bool hears(const struct tn_channel_end *end)
{
    return end->notify != 0 && end->role == TN_CHANNEL_RECEIVER;
}

static bool rings(const struct tn_channel_end *end)
{
    return end->notify != 0 && end->role == TN_CHANNEL_SENDER;
}

/* The slot's record that a program gets as its channel `index`. */
static const struct tn_channel_end *given(const struct slot *slot, unsigned index)
{
    return &slot->own[slot->given[index]];
}

/* Copy what it has of the slot's regions to `to`, unless that is NULL; returns how many. */
static unsigned regions_of(struct slot *slot, const struct tn_channel_end *end,
                           struct tn_region *to)
{
    const struct tn_partition_desc *bound = slot_bound(slot);
    unsigned count = 0;

    for (unsigned i = 0; i < bound->region_count; i++) {
        const struct tn_region *region = &tn_desc_regions(bound)[i];

        if (is_of(region, end)) {
            if (to != NULL) {
                copy(&to[count], region, sizeof(*region));
            }
            count++;
        }
    }
    return count;
}

/* Bytes of the descriptor that it takes. */
static uint32_t desc_bytes(struct slot *slot, const struct tn_channel_end *end)
{
    return regions_of(slot, end, NULL) * (uint32_t)sizeof(struct tn_region) +
           (hears(end) ? (uint32_t)sizeof(struct tn_irq_desc) : 0) +
           (rings(end) ? (uint32_t)sizeof(uint16_t) : 0);
}

long slot_check_channels(struct slot *slot, uint64_t ipa)
{
    uint32_t bytes = slot->head.desc_size;
    uint32_t seen = 0;

    for (unsigned i = 0; i < slot->head.channel_count; i++) {
        struct tn_channel_end end;
        unsigned at = 0;

        if (!tn_hv_guest_read(&end, ipa + slot->head.channels_offset + i * sizeof(end),
                              sizeof(end))) {
            return TN_HC_INVALID;
        }
        while (at < slot->own_count && !same(&slot->own[at], &end)) {
            at++;
        }
        if (at == slot->own_count || (seen >> at & 1) != 0) {
            return TN_HC_ABSENT;
        }
        seen |= 1u << at;
        slot->given[i] = (uint8_t)at;
        bytes += desc_bytes(slot, &slot->own[at]);
    }
    return bytes + 7 <= TN_PART_DESC_MAX ? TN_HC_OK : TN_HC_INVALID;
}

static unsigned add_irq(struct slot *slot, const struct tn_channel_end *end, struct tn_irq_desc *to)
{
    const struct tn_partition_desc *bound = slot_bound(slot);

    for (unsigned i = 0; i < bound->irq_count && hears(end); i++) {
        const struct tn_irq_desc *irq = &tn_desc_irqs(bound)[i];

        if (irq->intid == end->doorbell && (irq->flags & TN_IRQ_DOORBELL) != 0) {
            copy(to, irq, sizeof(*irq));
            return 1;
        }
    }
    return 0;
}

/* The file's interrupts go behind `more` regions, the last first: the places overlap. */
static struct tn_irq_desc *make_room(struct tn_partition_desc *desc, unsigned more)
{
    const struct tn_irq_desc *from = tn_desc_irqs(desc);
    struct tn_irq_desc *to =
        (struct tn_irq_desc *)((struct tn_region *)(desc + 1) + desc->region_count + more);

    for (unsigned i = desc->irq_count; i-- > 0;) {
        copy(&to[i], &from[i], sizeof(*to));
    }
    return to;
}

void slot_add_channels(struct slot *slot)
{
    struct tn_partition_desc *desc = slot_desc(slot);
    const struct tn_partition_desc *bound = slot_bound(slot);
    struct tn_region *regions = (struct tn_region *)(desc + 1);
    unsigned more = 0;
    uint16_t *doorbell;
    struct tn_irq_desc *irq;

    for (unsigned i = 0; i < slot->head.channel_count; i++) {
        more += regions_of(slot, given(slot, i), NULL);
    }
    irq = make_room(desc, more);
    for (unsigned i = 0; i < slot->head.channel_count; i++) {
        desc->region_count += regions_of(slot, given(slot, i), &regions[desc->region_count]);
    }
    for (unsigned i = 0; i < slot->head.channel_count; i++) {
        desc->irq_count += add_irq(slot, given(slot, i), &irq[desc->irq_count]);
    }
    doorbell = (uint16_t *)&irq[desc->irq_count];
    for (unsigned i = 0; i < slot->head.channel_count; i++) {
        const struct tn_channel_end *end = given(slot, i);

        if (rings(end) && end->doorbell < bound->doorbell_count) {
            doorbell[desc->doorbell_count++] = tn_desc_doorbells(bound)[end->doorbell];
        }
    }
    desc->desc_size = (uint16_t)(((char *)&doorbell[desc->doorbell_count] - (char *)desc + 7) & ~7);
}

/* What the program rings are numbers in its own descriptor. */
void slot_write_channels(const struct slot *slot, char *page, uint32_t size)
{
    uint32_t at = slot->head.channels_offset;
    uint16_t number = 0;

    for (unsigned i = 0; i < slot->head.channel_count; i++, at += sizeof(struct tn_channel_end)) {
        struct tn_channel_end end;

        number += rings(given(slot, i));
        if (at + sizeof(end) <= slot->done || at >= slot->done + size) {
            continue;
        }
        copy(&end, given(slot, i), sizeof(end));
        if (rings(&end)) {
            end.doorbell = number - 1;
        }
        for (uint32_t byte = 0; byte < sizeof(end); byte++) {
            uint32_t inside = at + byte - slot->done; /* large: before this page */

            if (inside < size) {
                page[inside] = ((const char *)&end)[byte];
            }
        }
    }
}
