/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2's tables after start.S has built them: device windows for good, the image's bytes while
 * booting.  Both tables are one page, see tn/hv/map.h.
 */
#include <tn/hv/native.h>
#include <tn/hv/partition.h>
#include <tn/sysreg.h>

#include "internal.h"

#define LEVEL3 ((volatile uint64_t *)HV_VA_TABLES)
#define LEVEL2 (LEVEL3 + HV_L2_INDEX)

extern const struct tn_hv_device __hv_devices[], __hv_devices_end[];

/*
 * Entries that were invalid are in no TLB: it is enough that the walker sees the new ones before
 * they are used (DSB), and that nothing was fetched ahead with the old (ISB).
 */
static void publish(void)
{
    tn_dsb(ishst);
    tn_isb();
}

static void map_window(const struct tn_hv_device *device)
{
    volatile uint64_t *entry = &LEVEL3[(device->va - HV_VA_IMAGE) / HV_PAGE];
    uint64_t end = device->pa + device->size;

    for (uint64_t pa = device->pa; pa < end; pa += HV_PAGE) {
        *entry++ = pa | HV_PTE_COMMON | HV_PTE_PAGE | HV_PTE_DEVICE | HV_PTE_XN;
    }
}

void tn_hv_map_device(const struct tn_hv_device *device)
{
    map_window(device);
    publish();
}

void hv_map_devices(void)
{
    for (const struct tn_hv_device *device = __hv_devices; device < __hv_devices_end; device++) {
        map_window(device);
    }
    publish();
}

const void *tn_hv_map_boot(uint64_t va, uint64_t pa, uint64_t size)
{
    uint64_t inside = pa & (HV_BLOCK - 1);
    volatile uint64_t *entry = &LEVEL2[va / HV_BLOCK];

    for (uint64_t at = 0; at < inside + size; at += HV_BLOCK) {
        *entry++ = (pa - inside + at) | HV_PTE_COMMON | HV_PTE_BLOCK | HV_PTE_READ_ONLY | HV_PTE_XN;
    }
    publish();
    return (const void *)(va + inside);
}

/* Of the tables in use: while a program at EL2 calls these are its. */
static volatile uint64_t *load_entry(void)
{
    return CONFIG_EL2_PROGRAM > 0 && tn_hv_native_load != NULL ? tn_hv_native_load
                                                               : &LEVEL2[HV_VA_LOAD / HV_BLOCK];
}

void tn_hv_unmap_load(void)
{
    *load_entry() = 0;
    tn_dsb(ishst); /* as in tn_hv_unmap_page() */
    __asm__ volatile("tlbi vae2, %0" : : "r"((uint64_t)HV_VA_LOAD / HV_PAGE) : "memory");
    tn_dsb(nsh);
    tn_isb();
}

void *tn_hv_map_load(uint64_t pa)
{
    tn_hv_unmap_load();
    *load_entry() = pa | HV_PTE_COMMON | HV_PTE_BLOCK | HV_PTE_XN;
    publish();
    return (void *)HV_VA_LOAD;
}

void tn_hv_map_page(uint64_t va, uint64_t pa)
{
    LEVEL3[(va - HV_VA_IMAGE) / HV_PAGE] =
        pa | HV_PTE_COMMON | HV_PTE_PAGE | HV_PTE_READ_ONLY | HV_PTE_XN;
    publish();
}

/* This CPU's tables are nobody else's, so that its own TLB is all there is to clean. */
void tn_hv_unmap_page(uint64_t va)
{
    LEVEL3[(va - HV_VA_IMAGE) / HV_PAGE] = 0;
    tn_dsb(ishst); /* the walker sees it gone before the TLB entry goes */
    __asm__ volatile("tlbi vae2, %0" : : "r"(va / HV_PAGE) : "memory");
    tn_dsb(nsh); /* gone before the entry is used again */
    tn_isb();
}

/* The guests' bytes are not Mortise's to read while they run. */
void hv_unmap_boot(void)
{
    for (unsigned slot = HV_VA_BOOT / HV_BLOCK; slot < 1 << HV_VA_BITS >> 21; slot++) {
        LEVEL2[slot] = 0;
    }
    tn_dsb(ishst); /* the walker sees them gone before TLB entries go */
    tn_tlbi(alle2);
    tn_dsb(nsh); /* and the TLB entries are gone before anything else happens */
    tn_isb();
}
