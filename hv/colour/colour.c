/* SPDX-License-Identifier: Apache-2.0 */
/* Physical addresses of Mortise's data, whose pages have colours: by the tables that map it. */
#include <tn/hv/pages.h>

#include <tn/abi/partition.h>
#include <tn/hv/map.h>
#include <tn/hv/partition.h>

#define LEVEL3 ((const volatile uint64_t *)HV_VA_TABLES)
#define ADDRESS 0x0000fffffffff000ull

extern const struct tn_hv_colour_row hv_colour_rows[];

uint64_t tn_hv_colour_pa(const void *data)
{
    uint64_t inside = (uintptr_t)data & (HV_PAGE - 1);

    return (LEVEL3[((uintptr_t)data - HV_VA_IMAGE) / HV_PAGE] & ADDRESS) + inside;
}

uint64_t tn_hv_colour_bss(unsigned slot, unsigned page)
{
    const struct tn_hv_colour_row *row = &hv_colour_rows[HV_COLOUR_BSS + slot];
    const struct tn_hv_colour_row *own = &hv_colour_rows[HV_COLOUR_BSS + tn_hv_partition.slot];
    /* The table page is the first of its copy and maps itself. */
    uint64_t base = (LEVEL3[HV_L2_INDEX + 1] & ADDRESS) - own->source;
    const struct tn_region pages = {.colours = row->colours};
    uint64_t source = row->source;

    for (; page > 0; page--) {
        source = tn_region_page(&pages, source + HV_PAGE);
    }
    return base + source;
}
