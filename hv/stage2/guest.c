/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest has in memory, as Mortise reads it: a page at a time, which a walk of this CPU's
 * tables in software finds.
 */
#include <tn/hv/stage2.h>

#include <tn/compiler.h>
#include <tn/hv/cpus.h>
#include <tn/hv/native.h>

#include "internal.h"

/*
 * How often memory was removed: by it a CPU that reads the partition's memory sees that another has
 * given it back meanwhile, and what it has read may be the next one's.
 */
static uint32_t removals[CONFIG_PARTITIONS] TN_SECTION(".bss.0shared");

void stage2_removed(void)
{
    __atomic_add_fetch(&removals[tn_hv_partition.index], 1, __ATOMIC_RELEASE);
}

/* Stage-2 entry of the page or block that `ipa` lies in; 0: none.  Also of what was revoked. */
static uint64_t find(uint64_t ipa)
{
    uint64_t entry;

    if (ipa >> CONFIG_HV_IPA_BITS != 0 ||
        (tn_hv_is_native() && ipa / HV_BLOCK == HV_VA_IMAGE / HV_BLOCK)) {
        return 0; /* Mortise's own is no memory of a program at EL2 */
    }
    entry = tn_hv_stage2_root()[ipa >> (ROOT_AT_LEVEL_2 ? BLOCK_SHIFT : GIB_SHIFT)];
    if (!ROOT_AT_LEVEL_2 && entry != 0) {
        entry = stage2_table(entry)[ipa >> BLOCK_SHIFT & (TABLE_ENTRIES - 1)];
    }
    if (entry & S2_NOT_BLOCK) {
        entry = stage2_table(entry)[ipa >> 12 & (TABLE_ENTRIES - 1)];
    } else if (entry != 0) {
        entry += ipa & (HV_BLOCK - 1) & ~(uint64_t)(HV_PAGE - 1);
    }
    return entry;
}

/* Behind the loads of what was copied: who has the memory next has counted before. */
static bool still_own(uint32_t before)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&removals[tn_hv_partition.index], __ATOMIC_RELAXED) == before;
}

static uint32_t removals_before(void)
{
    return TN_HV_SMP ? __atomic_load_n(&removals[tn_hv_partition.index], __ATOMIC_ACQUIRE) : 0;
}

/* Whether an entry maps memory that the partition may read, cached as here. */
static bool readable(uint64_t entry)
{
    if (tn_hv_is_native()) {
        return entry != 0 && !(entry & (HV_PTE_DEVICE | HV_PTE_UNCACHED));
    }
    return (entry & (S2_NORMAL | S2_READ)) == (S2_NORMAL | S2_READ);
}

bool tn_hv_guest_read(void *to, uint64_t ipa, size_t size)
{
    uint32_t before = removals_before();
    uint8_t *bytes = to;

    while (size > 0) {
        uint64_t entry = find(ipa);
        uint64_t inside = ipa & (HV_PAGE - 1);
        size_t part = size < HV_PAGE - inside ? size : HV_PAGE - inside;
        const volatile uint8_t *page = (const volatile uint8_t *)HV_VA_GUEST;

        if (!readable(entry)) {
            return false;
        }
        tn_hv_map_page(HV_VA_GUEST, entry & S2_ADDRESS);
        for (size_t i = 0; i < part; i++) {
            *bytes++ = page[inside + i];
        }
        tn_hv_unmap_page(HV_VA_GUEST);
        ipa += part;
        size -= part;
    }
    return !TN_HV_SMP || still_own(before);
}
