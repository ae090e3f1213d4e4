/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel, its initial RAM disk and its device tree are copied from the boot image into the
 * partition's RAM whenever it begins: it may write to all of them, and begins anew from the same
 * bytes.  It starts with its caches off, so that the copies are cleaned to memory.  The program of
 * a partition with cache colours is copied because what the image holds has all of them.
 */
#include <tn/hv/partition.h>
#include <tn/hv/pool.h>
#include <tn/image.h>
#include <tn/sysreg.h>

#define CHUNK 64u /* divides a page */

/* Copy `size` bytes, a multiple of CHUNK, both 16-byte aligned. */
static void copy(void *to, const void *from, uint64_t size)
{
    const char *end = (const char *)from + size;

    __asm__ volatile("1: ldp x9, x10, [%1], #16\n"
                     "   ldp x11, x12, [%1], #16\n"
                     "   ldp x13, x14, [%1], #16\n"
                     "   ldp x15, x16, [%1], #16\n"
                     "   stp x9, x10, [%0], #16\n"
                     "   stp x11, x12, [%0], #16\n"
                     "   stp x13, x14, [%0], #16\n"
                     "   stp x15, x16, [%0], #16\n"
                     "   cmp %1, %2\n"
                     "   b.lo 1b\n"
                     : "+r"(to), "+r"(from)
                     : "r"(end)
                     : "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "cc", "memory");
}

/* Clean to the point of coherency, and leave nothing behind that a mapping without caches misses.
 */
static void clean(uintptr_t at, uint64_t size)
{
    uintptr_t end = at + size;
    uintptr_t line = 4ull << (tn_sysreg_read(ctr_el0) >> 16 & 0xf); /* DminLine */

    for (; at < end; at += line) {
        __asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
    }
}

/* The region that all of [ipa, ...) is copied into; the descriptor's check says that there is one.
 */
static const struct tn_region *target_of(const struct tn_partition_desc *desc, uint64_t ipa)
{
    const struct tn_region *region = tn_desc_regions(desc);

    while ((region->kind != TN_REGION_RAM &&
            (CONFIG_COLOURED == 0 || region->kind != TN_REGION_MEMORY)) ||
           ipa - region->ipa >= region->size) {
        region++;
    }
    return region;
}

static void copy_page(uint64_t pa, const uint8_t *from)
{
    uint64_t inside = pa & (HV_BLOCK - 1);
    char *to = (char *)tn_hv_map_load(pa - inside) + inside;

    copy(to, from, HV_PAGE);
    clean((uintptr_t)to, HV_PAGE);
}

/* `base` is what the target's source counts from. */
static void load_coloured(const struct tn_region *target, uint64_t base,
                          const struct tn_region *region, const uint8_t *from)
{
    uint64_t source = target->source;
    uint64_t ipa = target->ipa;

    for (; ipa < region->ipa + region->size; ipa += HV_PAGE) {
        source = tn_region_page(target, source);
        if (ipa >= region->ipa) {
            copy_page(base + source, from);
            from += HV_PAGE;
            if (tn_hv_in_pool()) {
                tn_hv_pool_point(); /* which may use the window, too */
            }
        }
        source += HV_PAGE;
    }
}

static void load_plain(uint64_t pa, const struct tn_region *region, const uint8_t *from)
{
    /* In pieces: on a CPU of a pool others may not wait for all of it. */
    uint64_t most = tn_hv_in_pool() ? HV_PAGE : HV_BLOCK;
    uint64_t left = region->size;

    while (left > 0) {
        uint64_t inside = pa & (HV_BLOCK - 1);
        uint64_t room = most - (inside & (most - 1));
        uint64_t part = left < room ? left : room;
        char *to = (char *)tn_hv_map_load(pa - inside) + inside;

        copy(to, from, part);
        clean((uintptr_t)to, part);
        pa += part;
        from += part;
        left -= part;
        if (tn_hv_in_pool()) {
            tn_hv_pool_point(); /* which may use the window, too */
        }
    }
}

static void load(const struct tn_hv_boot *boot, const struct tn_region *region)
{
    const uint8_t *from = boot->image.bytes + region->source;
    const struct tn_region *target = target_of(boot->desc, region->ipa);
    uint64_t base = target->kind == TN_REGION_RAM ? 0 : boot->base;

    if (CONFIG_COLOURED > 0 && target->colours != 0) {
        load_coloured(target, base, region, from);
    } else {
        load_plain(base + target->source + (region->ipa - target->ipa), region, from);
    }
}

static void start(const struct tn_hv_boot *boot)
{
    const struct tn_region *regions = tn_desc_regions(boot->desc);
    bool any = false;

    for (unsigned i = 0; boot->fresh && i < boot->desc->region_count; i++) {
        if (regions[i].kind == TN_REGION_LOAD) {
            load(boot, &regions[i]);
            any = true;
        }
    }
    if (any) {
        /* The boot loader may have run from the same memory. */
        tn_dsb(ish);
        __asm__ volatile("ic ialluis" : : : "memory");
        tn_dsb(ish);
        tn_isb();
    }
}

_Static_assert(HV_PAGE % CHUNK == 0, "regions are pages");

TN_HV_START(start);
