/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group MEMORY.  What is given out is a list of ranges that all CPUs see, under the lock; it
 * appears at one guest-physical address, the same for all partitions.  A call changes its own
 * partition's stage 2 only: who shares a range offers it, and who has it offered takes it by
 * itself. That is the tables of the partition's CPU, or, where it has several, tables of the pool
 * that all of them have.  A range is cleared before somebody gets it, outside the lock; until it is
 * mapped no other CPU of its partition can name it.
 */
#include <tn/abi/cap.h>
#include <tn/hv/cpus.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/partition.h>
#include <tn/hv/stage2.h>
#include <tn/hv/wipe.h>
#include <tn/image.h>

#define RANGES 64u
#define BLOCK_PAGES (HV_BLOCK / HV_PAGE)
#define TABLES (CONFIG_POOL_TABLES > 0 ? CONFIG_POOL_TABLES : 1)
#define TABLE_ENTRIES (HV_PAGE / 8u)
#define NOBODY UINT8_MAX /* owner of what only its peer still has */

/* Partitions are their number and 1; zeroes are an unused record. */
static struct range {
    uint32_t first, pages; /* in the pool */
    uint8_t owner;
    uint8_t peer; /* it is offered to, with ... */
    uint8_t access;
    bool taken;  /* ... by the peer, too */
    bool mapped; /* by its owner: before that nobody finds it */
} ranges[RANGES] TN_SECTION(".bss.0shared");

static struct {
    uint64_t ipa, pa;
    uint32_t pages; /* 0: the partition has no part in the pool */
} pool;

static uint8_t self(void)
{
    return (uint8_t)(tn_hv_partition.index + 1);
}

static uint64_t ipa_of(const struct range *range)
{
    return pool.ipa + (uint64_t)range->first * HV_PAGE;
}

static uint64_t size_of(const struct range *range)
{
    return (uint64_t)range->pages * HV_PAGE;
}

static bool map(const struct range *range, unsigned access)
{
    return tn_hv_stage2_add(ipa_of(range), pool.pa + (uint64_t)range->first * HV_PAGE,
                            size_of(range), access);
}

/* The range that begins at `ipa`; NULL: none. */
static struct range *find(uint64_t ipa)
{
    for (unsigned i = 0; i < RANGES; i++) {
        if (ranges[i].owner != 0 && ranges[i].mapped && ipa_of(&ranges[i]) == ipa) {
            return &ranges[i];
        }
    }
    return NULL;
}

static const struct range *in_the_way(uint32_t first, uint32_t pages)
{
    for (unsigned i = 0; i < RANGES; i++) {
        const struct range *range = &ranges[i];

        if (range->owner != 0 && first < range->first + range->pages &&
            range->first < first + pages) {
            return range;
        }
    }
    return NULL;
}

/* First fit: each turn gets past one range, so that there are RANGES turns at most. */
static struct range *reserve(uint32_t pages)
{
    uint32_t align = pages >= BLOCK_PAGES ? BLOCK_PAGES : 1; /* a block of stage 2 */
    const struct range *other;
    struct range *range = ranges;
    uint32_t first = 0;

    while (range < ranges + RANGES && range->owner != 0) {
        range++;
    }
    if (range == ranges + RANGES) {
        return NULL;
    }
    while ((other = in_the_way(first, pages)) != NULL) {
        first = TN_ALIGN_UP(other->first + other->pages, align);
    }
    if (first > pool.pages || pages > pool.pages - first) {
        return NULL;
    }
    range->first = first;
    range->pages = pages;
    range->owner = self();
    range->peer = 0;
    range->taken = false;
    range->mapped = false;
    return range;
}

static TN_HC_FUNCTION long memory_ask(uint64_t id, uint64_t size, uint64_t x2, uint64_t x3)
{
    struct range *range;

    (void)id, (void)x2, (void)x3;
    if (size == 0 || size > TN_HC_MEMORY_MAX || pool.pages == 0) {
        return TN_HC_INVALID;
    }
    tn_hv_lock();
    range = reserve((uint32_t)((size + HV_PAGE - 1) / HV_PAGE));
    tn_hv_unlock();
    if (range == NULL) {
        return TN_HC_BUSY;
    }
    tn_hv_wipe(pool.pa + (uint64_t)range->first * HV_PAGE, size_of(range));
    if (!map(range, TN_ACCESS_R | TN_ACCESS_W)) {
        range->owner = 0; /* the builder has counted the tables: not reached */
        return TN_HC_FAILED;
    }
    __atomic_store_n(&range->mapped, true, __ATOMIC_RELEASE);
    return (long)ipa_of(range);
}

/* The caller, who has it, has it no more. */
static void leave(struct range *range)
{
    if (range->owner == self()) {
        range->owner = range->taken ? NOBODY : 0;
    } else {
        range->peer = 0;
        range->taken = false;
        if (range->owner == NOBODY) {
            range->owner = 0;
        }
    }
}

/* Unmapped before the record says so: the next one may have it at once. */
static TN_HC_FUNCTION long memory_give(uint64_t id, uint64_t ipa, uint64_t x2, uint64_t x3)
{
    long result = TN_HC_INVALID;
    struct range *range;

    (void)id, (void)x2, (void)x3;
    tn_hv_lock();
    range = find(ipa);
    if (range != NULL && range->owner == self() && range->taken) {
        result = TN_HC_BUSY;
    } else if (range != NULL &&
               (range->owner == self() || (range->peer == self() && range->taken))) {
        tn_hv_stage2_remove(ipa, size_of(range));
        leave(range);
        result = TN_HC_OK;
    }
    tn_hv_unlock();
    return result;
}

static TN_HC_FUNCTION long memory_share(uint64_t id, uint64_t ipa, uint64_t partition,
                                        uint64_t access)
{
    long result = TN_HC_INVALID;
    struct range *range;

    (void)id;
    if (partition >= CONFIG_PARTITIONS || partition == tn_hv_partition.index ||
        (access != TN_ACCESS_R && access != (TN_ACCESS_R | TN_ACCESS_W))) {
        return TN_HC_INVALID;
    }
    tn_hv_lock();
    range = find(ipa);
    if (range != NULL && range->owner == self()) {
        result = TN_HC_BUSY;
        if (!range->taken) {
            range->peer = (uint8_t)(partition + 1);
            range->access = (uint8_t)access;
            result = TN_HC_OK;
        }
    }
    tn_hv_unlock();
    return result;
}

static TN_HC_FUNCTION long memory_accept(uint64_t id, uint64_t ipa, uint64_t x2, uint64_t x3)
{
    long result = TN_HC_INVALID;
    struct range *range;

    (void)id, (void)x2, (void)x3;
    if (pool.pages == 0) {
        return TN_HC_INVALID;
    }
    tn_hv_lock();
    range = find(ipa);
    if (range != NULL && range->peer == self() && range->owner != NOBODY && !range->taken) {
        result = TN_HC_FAILED;
        if (map(range, range->access)) {
            range->taken = true;
            result = (long)size_of(range);
        }
    }
    tn_hv_unlock();
    return result;
}

static const struct tn_region *pool_of(const struct tn_partition_desc *desc)
{
    const struct tn_region *regions = tn_desc_regions(desc);

    for (unsigned i = 0; i < desc->region_count; i++) {
        if (regions[i].kind == TN_REGION_POOL) {
            return &regions[i];
        }
    }
    return NULL;
}

static uint64_t tables[TABLES][TABLE_ENTRIES] TN_SECTION(".bss.0shared") TN_ALIGNED(HV_PAGE);

static unsigned tables_of(const struct tn_partition_desc *desc)
{
    const struct tn_region *region = pool_of(desc);

    return region == NULL || (desc->cpus & (desc->cpus - 1)) == 0
               ? 0
               : (unsigned)(region->size / HV_BLOCK);
}

/* The partition's part of the tables, in the order of partitions; empty when it begins. */
static void link_tables(const struct tn_hv_boot *boot)
{
    unsigned first = 0, count = tables_of(boot->desc);

    for (unsigned i = 0; i < tn_hv_partition.index; i++) {
        first += tables_of(tn_image_desc(&boot->image, i));
    }
    for (unsigned i = 0; i < count; i++) {
        for (unsigned at = 0; boot->fresh && at < TABLE_ENTRIES; at++) {
            *(volatile uint64_t *)&tables[first + i][at] = 0;
        }
        if (first + i >= TABLES ||
            !tn_hv_stage2_share(pool.ipa + i * (uint64_t)HV_BLOCK, tables[first + i])) {
            pool.pages = 0; /* the builder has counted: not reached */
            return;
        }
    }
}

static void start(const struct tn_hv_boot *boot)
{
    const struct tn_region *region = pool_of(boot->desc);

    pool.pages = 0;
    if (region != NULL) {
        pool.ipa = region->ipa;
        pool.pa = boot->base + region->source;
        pool.pages = (uint32_t)(region->size / HV_PAGE);
        if (CONFIG_POOL_TABLES > 0) {
            link_tables(boot);
        }
    }
}

/*
 * Its tables are made anew when it begins again; until then nothing runs on them.  Where a CPU
 * could not be stopped it runs on, and what the partition has stays its.
 */
static void end(void)
{
    if (TN_HV_SMP && !tn_hv_cpus_stopped()) {
        return;
    }
    tn_hv_lock();
    for (unsigned i = 0; i < RANGES; i++) {
        struct range *range = &ranges[i];

        if (range->owner == self() || (range->owner != 0 && range->peer == self())) {
            leave(range);
        }
    }
    tn_hv_unlock();
}

TN_HV_START(start);
TN_HV_END(end);
REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_MEMORY, TN_CAP_MEMORY, memory_ask, memory_give, memory_share,
                         memory_accept);
