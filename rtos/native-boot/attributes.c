/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of a program at EL2, whose descriptors have one XN bit and AP[1] as RES1. */
#include <tn/boot_map.h>

#define AP_1 (1ull << 6)

uint64_t boot_attributes(const struct tn_region *region)
{
    uint64_t attributes = BOOT_ACCESSED | BOOT_SHARED | AP_1;

    attributes |= region->kind == TN_REGION_DEVICE ? BOOT_DEVICE : 0;
    attributes |= region->access & TN_ACCESS_W ? 0 : BOOT_READ_ONLY;
    attributes |= region->access & TN_ACCESS_X ? 0 : BOOT_XN;
    return attributes;
}
