/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage-2 tables: 4 KiB pages, and 2 MiB blocks where both addresses allow.  The size of the
 * guest-physical space is the board's or what a partition's RAM needs (HV_IPA_BITS), and with it
 * the level of the root and its size.  tools/tenon/stage2.py counts tables in the same way: what
 * changes here changes there.
 */
#include <tn/hv/stage2.h>

#include <tn/compiler.h>
#include <tn/hv/cpus.h>
#include <tn/hv/native.h>
#include <tn/hv/pages.h>
#include <tn/image.h>
#include <tn/sysreg.h>

#include "internal.h"

/* A root that takes the place of Mortise's own (hv/native) is at least as long as that. */
#define ROOT_LEAST (CONFIG_EL2_PROGRAM > 0 ? 512 : 64)
#define ROOT_BYTES (ROOT_ENTRIES * 8 < ROOT_LEAST ? ROOT_LEAST : ROOT_ENTRIES * 8)

_Static_assert(CONFIG_HV_IPA_BITS >= 25 && CONFIG_HV_IPA_BITS <= 39, "one root table");

/* VTCR_EL2: tables Write-Back, inner shareable; bit 31 is RES1; physical size as the CPU's. */
#define VTCR_WALK (1u << 31 | 3u << 12 | 1u << 10 | 1u << 8)
#define VTCR_SL0 ((ROOT_AT_LEVEL_2 ? 0u : 1u) << 6)
#define VTCR_T0SZ (64u - CONFIG_HV_IPA_BITS)
#define VTCR_PS_SHIFT 16
#define PARANGE_48 5u

/*
 * Each CPU has one partition for life, so VMIDs need not tell them apart there; but what a guest
 * invalidates by broadcast shall reach no other's entries.
 */
#define VTTBR_VMID_SHIFT 48
#define VMID(partition) (CONFIG_PARTITIONS > 1 ? (uint64_t)(partition) << VTTBR_VMID_SHIFT : 0)

extern char __hv_bss_pages[]; /* a number: pages of .bss */

/* Not cleared at boot: a table is when it is taken.  The root is cleared as .bss. */
static uint64_t pool[CONFIG_S2_TABLES][TABLE_ENTRIES] TN_SECTION(".bss.0page") TN_ALIGNED(HV_PAGE);
static uint64_t root[ROOT_BYTES / 8] TN_SECTION(".bss.0root") TN_ALIGNED(ROOT_BYTES);
static unsigned pool_used;

/* .bss is contiguous in both address spaces; the table page is its first. */
static uint64_t bss_pa;

static uint64_t pa_of(const void *data)
{
    if (CONFIG_HV_COLOURED > 0) {
        return tn_hv_colour_pa(data);
    }
    return bss_pa + ((uintptr_t)data - HV_VA_BSS);
}

/* DC ZVA clears a whole block, usually 64 bytes, without reading it; open at EL2 by reset. */
static void clear_page(void *page)
{
    uint64_t block = 4ull << (tn_sysreg_read(dczid_el0) & 0xf);

    for (uintptr_t at = (uintptr_t)page; at < (uintptr_t)page + HV_PAGE; at += block) {
        tn_dc_zva(at);
    }
}

/* Behind the last CPU's copy of .bss (hv/cpus/secondary.S). */
static uint64_t shared_pa(void)
{
    uint64_t copies = HV_SLOTS - tn_hv_partition.slot;

    return bss_pa + copies * (uintptr_t)__hv_bss_pages * HV_PAGE;
}

/*
 * The entry that leads to a table.  Where physical addresses say nothing of virtual ones, bits that
 * the walker ignores have the number of the table's page in slot 1.
 */
static uint64_t entry_of(const void *table)
{
    uint64_t page = ((uintptr_t)table - HV_VA_IMAGE) / HV_PAGE;

    return pa_of(table) | (CONFIG_HV_COLOURED > 0 ? page << S2_PAGE_SHIFT : 0) | S2_TABLE;
}

uint64_t *stage2_table(uint64_t entry)
{
    uint64_t pa = entry & S2_ADDRESS;

    if (CONFIG_HV_COLOURED > 0) {
        return (uint64_t *)(HV_VA_IMAGE + (entry >> S2_PAGE_SHIFT & (TABLE_ENTRIES - 1)) * HV_PAGE);
    }
    if (TN_HV_SMP && pa >= shared_pa()) {
        return (uint64_t *)(pa - shared_pa() + HV_VA_SHARED);
    }
    return (uint64_t *)(pa - bss_pa + HV_VA_BSS);
}

/* The table that `entry` leads to, made when there is none; NULL when the pool is empty. */
static uint64_t *table_below(uint64_t *entry)
{
    if (*entry == 0) {
        if (pool_used == CONFIG_S2_TABLES) {
            return NULL;
        }
        clear_page(pool[pool_used]);
        *entry = entry_of(pool[pool_used++]);
    }
    return stage2_table(*entry);
}

uint64_t *tn_hv_stage2_root(void)
{
    return root;
}

uint64_t tn_hv_stage2_root_pa(void)
{
    return pa_of(root);
}

uint64_t *tn_hv_stage2_entry(uint64_t ipa)
{
    uint64_t *table = root;

    if (!ROOT_AT_LEVEL_2) {
        table = table_below(&root[ipa >> GIB_SHIFT]);
    }
    return table == NULL ? NULL : &table[ipa >> BLOCK_SHIFT & (TABLE_ENTRIES - 1)];
}

static bool map(uint64_t ipa, uint64_t pa, uint64_t size, uint64_t attributes)
{
    uint64_t end = ipa + size;

    while (ipa < end) {
        uint64_t *entry = tn_hv_stage2_entry(ipa);
        uint64_t next = (ipa | (HV_BLOCK - 1)) + 1;
        uint64_t *table;

        if (entry == NULL) {
            return false;
        }
        /* A table that is there stays: memory that comes and goes would lose it. */
        if (((ipa | pa) & (HV_BLOCK - 1)) == 0 && next <= end && !(*entry & S2_NOT_BLOCK)) {
            *entry = pa | attributes | S2_BLOCK;
            ipa += HV_BLOCK;
            pa += HV_BLOCK;
            continue;
        }
        table = table_below(entry);
        if (table == NULL) {
            return false;
        }
        for (; ipa < end && ipa < next; ipa += HV_PAGE, pa += HV_PAGE) {
            table[ipa >> 12 & (TABLE_ENTRIES - 1)] = pa | attributes | S2_PAGE;
        }
    }
    return true;
}

/* Page by page: each is the next one of the region's colours. */
static bool map_coloured(const struct tn_region *region, uint64_t base, uint64_t attributes)
{
    uint64_t source = region->source;

    for (uint64_t at = 0; at < region->size; at += HV_PAGE) {
        source = tn_region_page(region, source);
        if (!map(region->ipa + at, base + source, HV_PAGE, attributes)) {
            return false;
        }
        source += HV_PAGE;
    }
    return true;
}

/* For a program at EL2: its stage 1, of which tables, pages and blocks look the same. */
static uint64_t el2_attributes(const struct tn_region *region)
{
    uint64_t attributes = HV_PTE_COMMON;

    attributes |= region->kind == TN_REGION_DEVICE      ? HV_PTE_DEVICE
                  : region->access & TN_ACCESS_UNCACHED ? HV_PTE_UNCACHED
                                                        : 0;
    if (!(region->access & TN_ACCESS_W)) {
        attributes |= HV_PTE_READ_ONLY;
    }
    if (!(region->access & TN_ACCESS_X)) {
        attributes |= HV_PTE_XN;
    }
    return attributes;
}

static uint64_t attributes_of(const struct tn_region *region)
{
    uint64_t attributes = S2_ACCESSED | S2_SHARED;

    if (tn_hv_is_native()) {
        return el2_attributes(region);
    }
    attributes |= region->kind == TN_REGION_DEVICE      ? S2_DEVICE
                  : region->access & TN_ACCESS_UNCACHED ? S2_UNCACHED
                                                        : S2_NORMAL;
    if (region->access & TN_ACCESS_R) {
        attributes |= S2_READ;
    }
    if (region->access & TN_ACCESS_W) {
        attributes |= S2_WRITE;
    }
    if (!(region->access & TN_ACCESS_X)) {
        attributes |= S2_XN;
    }
    return attributes;
}

void tn_hv_stage2_begin_cpu(void)
{
    uint64_t parange = tn_sysreg_read(id_aa64mmfr0_el1) & 0xf;

    if (parange > PARANGE_48) {
        parange = PARANGE_48;
    }
    tn_sysreg_write(vtcr_el2, VTCR_WALK | VTCR_SL0 | VTCR_T0SZ | parange << VTCR_PS_SHIFT);
}

bool tn_hv_stage2_init(const struct tn_hv_boot *boot)
{
    const struct tn_region *regions = tn_desc_regions(boot->desc);

    bss_pa = boot->bss;
    for (unsigned i = 0; i < boot->desc->region_count; i++) {
        const struct tn_region *region = &regions[i];
        uint64_t pa = region->source;

        if (region->kind == TN_REGION_LOAD || region->kind == TN_REGION_REGISTERS ||
            region->kind == TN_REGION_POOL) {
            continue;
        }
        if (region->kind == TN_REGION_IMAGE || region->kind == TN_REGION_MEMORY) {
            pa += boot->base;
        }
        if (CONFIG_COLOURED > 0 && region->colours != 0
                ? !map_coloured(region, pa - region->source, attributes_of(region))
                : !map(region->ipa, pa, region->size, attributes_of(region))) {
            return false;
        }
    }
    tn_hv_stage2_begin_cpu();
    tn_sysreg_write(vttbr_el2, pa_of(root) | VMID(tn_hv_partition.index));
    /*
     * The tables must be visible to the walker before a translation can be made from them, and
     * what earlier translations left must be gone.  The last ISB puts the registers in force.
     */
    tn_dsb(ish);
    tn_tlbi(alle1);
    tn_dsb(nsh);
    tn_isb();
    return true;
}

/* By broadcast; the entries are tagged with what VTTBR_EL2 has meanwhile. */
static void forget_translations(uint64_t vttbr)
{
    uint64_t own = tn_sysreg_read(vttbr_el2);

    tn_dsb(ish); /* the walkers see the tables before the entries go */
    tn_sysreg_write(vttbr_el2, vttbr);
    tn_isb();
    tn_tlbi(vmalls12e1is);
    tn_dsb(ish);
    tn_sysreg_write(vttbr_el2, own);
    tn_isb();
}

/* Where another CPU has its root. */
static uint64_t root_of(unsigned slot)
{
    uint64_t size = (uintptr_t)__hv_bss_pages * HV_PAGE;

    if (CONFIG_HV_COLOURED > 0) {
        uint64_t at = (uintptr_t)root - HV_VA_BSS;

        return tn_hv_colour_bss(slot, (unsigned)(at / HV_PAGE)) + at % HV_PAGE;
    }
    return pa_of(root) + (uint64_t)((int64_t)slot - tn_hv_partition.slot) * size;
}

/*
 * The other CPU's tables are in its own copy of .bss, as far from it as ours from ours.  One bit of
 * each root entry says it all, so that it can be given back; atomically, since that CPU may be
 * giving back or, when it begins anew, building the very same entries.
 */
void tn_hv_stage2_revoke(unsigned slot, unsigned partition)
{
    uint64_t pa = root_of(slot);
    uint64_t inside = pa & (HV_BLOCK - 1);
    uint64_t *other = (void *)((char *)tn_hv_map_load(pa - inside) + inside);

    for (unsigned i = 0; i < ROOT_ENTRIES; i++) {
        __atomic_and_fetch(&other[i], ~S2_VALID, __ATOMIC_RELAXED);
    }
    tn_hv_unmap_load();
    forget_translations(pa | VMID(partition));
}

/* Entries that were invalid are in no TLB. */
bool tn_hv_stage2_restore(void)
{
    bool any = false;

    for (unsigned i = 0; i < ROOT_ENTRIES; i++) {
        uint64_t entry = __atomic_load_n(&root[i], __ATOMIC_RELAXED);

        if (entry != 0 && !(entry & S2_VALID)) {
            __atomic_or_fetch(&root[i], S2_VALID, __ATOMIC_RELAXED);
            any = true;
        }
    }
    if (any) {
        tn_dsb(ish); /* before what decides whether that was right is looked at */
        tn_isb();
    }
    return any;
}

bool tn_hv_stage2_share(uint64_t ipa, const uint64_t *table)
{
    uint64_t *entry = tn_hv_stage2_entry(ipa);

    if (entry == NULL) {
        return false;
    }
    *entry = CONFIG_HV_COLOURED > 0 ? entry_of(table)
                                    : (shared_pa() + ((uintptr_t)table - HV_VA_SHARED)) | S2_TABLE;
    tn_dsb(ishst);
    return true;
}

/* Entries that were invalid are in no TLB: the walker has to see the new ones before they are used.
 */
bool tn_hv_stage2_add(uint64_t ipa, uint64_t pa, uint64_t size, unsigned access)
{
    struct tn_region region = {.kind = TN_REGION_MEMORY, .access = (uint16_t)access};
    bool done = map(ipa, pa, size, attributes_of(&region));

    tn_dsb(ishst);
    tn_isb();
    return done;
}

/*
 * Break, and make only after that: the walker sees the entries gone before the TLB entries go (with
 * those that stage 1 and 2 make together), and both are over before the memory is another's.
 */
void tn_hv_stage2_remove(uint64_t ipa, uint64_t size)
{
    for (uint64_t end = ipa + size; ipa < end;) {
        uint64_t *entry = tn_hv_stage2_entry(ipa);

        if (*entry & S2_NOT_BLOCK) {
            table_below(entry)[ipa >> 12 & (TABLE_ENTRIES - 1)] = 0;
            ipa += HV_PAGE;
        } else {
            *entry = 0;
            ipa += HV_BLOCK;
        }
    }
    tn_dsb(ishst);
    tn_tlbi(vmalls12e1is);
    tn_dsb(ish);
    tn_isb();
    if (TN_HV_SMP) {
        stage2_removed();
    }
}
