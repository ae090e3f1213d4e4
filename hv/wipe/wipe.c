/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clears RAM page by page, each mapped writable at the window that hypercalls read through, only
 * for as long as that takes: no other page can be hit by mistake.
 */
#include <tn/hv/wipe.h>

#include <tn/hv/partition.h>
#include <tn/hv/pool.h>
#include <tn/sysreg.h>

#define ENTRY (((volatile uint64_t *)HV_VA_TABLES)[(HV_VA_GUEST - HV_VA_IMAGE) / HV_PAGE])

/* DC ZVA clears a whole block, usually 64 bytes, without reading it; open at EL2 by reset. */
static void clear_window(void)
{
    uint64_t block = 4ull << (tn_sysreg_read(dczid_el0) & 0xf);
    uint64_t line = 4ull << (tn_sysreg_read(ctr_el0) >> 16 & 0xf); /* DminLine */

    for (uintptr_t at = HV_VA_GUEST; at < HV_VA_GUEST + HV_PAGE; at += block) {
        tn_dc_zva(at);
    }
    /* To memory: who has it next may have it without caches. */
    for (uintptr_t at = HV_VA_GUEST; at < HV_VA_GUEST + HV_PAGE; at += line) {
        __asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
    }
}

void tn_hv_wipe(uint64_t pa, uint64_t size)
{
    for (uint64_t end = pa + size; pa < end; pa += HV_PAGE) {
        ENTRY = pa | HV_PTE_COMMON | HV_PTE_PAGE | HV_PTE_XN;
        tn_dsb(ishst); /* the walker sees the entry before it is used */
        tn_isb();
        clear_window();
        tn_hv_unmap_page(HV_VA_GUEST);
    }
    tn_dsb(ish); /* before whoever is told of it next */
}

/* On a CPU of a pool others may not wait for all of it. */
static void wipe_range(uint64_t pa, uint64_t size, bool in_pieces)
{
    uint64_t piece = in_pieces ? HV_PAGE : size;

    for (uint64_t end = pa + size; pa < end; pa += piece) {
        tn_hv_wipe(pa, piece);
        if (in_pieces) {
            tn_hv_pool_point();
        }
    }
}

static void wipe_region(uint64_t base, const struct tn_region *region, bool in_pieces)
{
    uint64_t source = region->source;

    if (CONFIG_COLOURED == 0 || region->colours == 0) {
        wipe_range(base + source, region->size, in_pieces);
        return;
    }
    /* What lies between its pages is others'. */
    for (uint64_t at = 0; at < region->size; at += HV_PAGE) {
        source = tn_region_page(region, source);
        wipe_range(base + source, HV_PAGE, in_pieces);
        source += HV_PAGE;
    }
}

void tn_hv_wipe_region(uint64_t base, const struct tn_region *region)
{
    wipe_region(base, region, false);
}

void tn_hv_wipe_partition(const struct tn_hv_boot *boot)
{
    const struct tn_region *regions = tn_desc_regions(boot->desc);

    for (unsigned i = 0; i < boot->desc->region_count; i++) {
        if (regions[i].kind == TN_REGION_MEMORY && (regions[i].access & TN_ACCESS_SHARED) == 0) {
            wipe_region(boot->base, &regions[i], tn_hv_in_pool());
        } else if (regions[i].kind == TN_REGION_RAM) {
            wipe_region(0, &regions[i], tn_hv_in_pool());
        }
    }
}
