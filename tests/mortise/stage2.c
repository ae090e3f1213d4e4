/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hv/stage2 on the host: reads regions, one a line (ipa size source kind access colours),
 * builds the tables, prints how many it took, and walks them: every page of a region must lead
 * where it should with the right permissions, one with colours to pages of these, each to another
 * and all of them below where tn_region_end() says; the pages around it nowhere; and the walk in
 * software that serves tn_hv_guest_read() must find the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../hv/stage2/guest.c"
#include "../../hv/stage2/stage2.c"

#define BASE 0x40000000ull
#define MAX 16

static struct {
    struct tn_partition_desc desc;
    struct tn_region regions[MAX];
} partition;

/* How another CPU's tables are found is not for here, either. */
struct tn_hv_partition tn_hv_partition;
char __hv_bss_pages[1];

void *tn_hv_map_load(uint64_t pa)
{
    (void)pa;
    abort();
}

void tn_hv_unmap_load(void)
{
}

/* What tn_hv_guest_read() does with a page is not for here; how it finds one is. */
void tn_hv_map_page(uint64_t va, uint64_t pa)
{
    (void)va, (void)pa;
}

void tn_hv_unmap_page(uint64_t va)
{
    (void)va;
}

/* The descriptor of `ipa`'s page, as the MMU finds it; 0: unmapped. */
static uint64_t walk(uint64_t ipa)
{
    uint64_t *entry = ROOT_AT_LEVEL_2 ? &root[ipa >> 21] : &root[ipa >> 30];

    if (!ROOT_AT_LEVEL_2) {
        if (*entry == 0) {
            return 0;
        }
        entry = &table_below(entry)[ipa >> 21 & 511];
    }
    if ((*entry & 3) == S2_BLOCK) {
        return *entry + (ipa & (HV_BLOCK - 1) & ~(uint64_t)(HV_PAGE - 1));
    }
    return *entry == 0 ? 0 : table_below(entry)[ipa >> 12 & 511];
}

static const struct tn_region *region_of(uint64_t ipa)
{
    for (unsigned i = 0; i < partition.desc.region_count; i++) {
        if (ipa - partition.regions[i].ipa < partition.regions[i].size) {
            return &partition.regions[i];
        }
    }
    return NULL;
}

/* Where page `at` of a coloured region may be: behind the page before it, and of its colours. */
static uint64_t coloured(const struct tn_region *region, uint64_t at, uint64_t pa)
{
    uint64_t before = at == 0 ? 0 : walk(region->ipa + at - HV_PAGE) & S2_ADDRESS;
    bool first = at == 0 ? pa == BASE + region->source : pa > before;

    return first && (region->colours >> (pa / HV_PAGE % 32) & 1) != 0 &&
                   pa < BASE + tn_region_end(region)
               ? pa
               : UINT64_MAX;
}

static void check(uint64_t ipa)
{
    const struct tn_region *region = region_of(ipa);
    uint64_t entry = walk(ipa);
    uint64_t pa;

    if (find(ipa) != entry) {
        printf("%#llx: found %#llx\n", (unsigned long long)ipa, (unsigned long long)find(ipa));
        exit(1);
    }
    if (region == NULL) {
        if (entry != 0) {
            printf("%#llx is mapped\n", (unsigned long long)ipa);
            exit(1);
        }
        return;
    }
    if (region->colours != 0) {
        pa = coloured(region, ipa - region->ipa, entry & S2_ADDRESS);
    } else {
        pa = region->source + (region->kind == TN_REGION_DEVICE ? 0 : BASE) + (ipa - region->ipa);
    }
    if ((entry & S2_ADDRESS) != pa || !(entry & S2_ACCESSED) ||
        !(entry & S2_XN) != !!(region->access & TN_ACCESS_X) ||
        !(entry & S2_WRITE) != !(region->access & TN_ACCESS_W) ||
        (entry & 0x3c) != (region->kind == TN_REGION_DEVICE ? S2_DEVICE : S2_NORMAL)) {
        printf("%#llx: %#llx\n", (unsigned long long)ipa, (unsigned long long)entry);
        exit(1);
    }
}

int main(void)
{
    struct tn_hv_boot boot = {.base = BASE, .bss = BASE + 0x10000, .desc = &partition.desc};
    unsigned n = 0;

    while (n < MAX) {
        unsigned long long ipa, size, source;
        struct tn_region *region = &partition.regions[n];

        if (scanf("%lli %lli %lli %hu %hu %i", (long long *)&ipa, (long long *)&size,
                  (long long *)&source, &region->kind, &region->access,
                  (int *)&region->colours) != 6) {
            break;
        }
        region->ipa = ipa;
        region->size = size;
        region->source = source;
        n++;
    }
    partition.desc.region_count = (uint16_t)n;
    if (!tn_hv_stage2_init(&boot)) {
        printf("pool is too small\n");
        return 1;
    }
    if (find(1ull << TN_BOARD_IPA_BITS) != 0 || find(UINT64_MAX) != 0) {
        printf("beyond the address space\n");
        return 1;
    }
    printf("%u\n", pool_used);
    for (unsigned i = 0; i < n; i++) {
        const struct tn_region *region = &partition.regions[i];

        for (uint64_t at = 0; at < region->size; at += HV_PAGE) {
            check(region->ipa + at);
        }
        check(region->ipa - HV_PAGE);
        check(region->ipa + region->size);
    }
    return 0;
}
