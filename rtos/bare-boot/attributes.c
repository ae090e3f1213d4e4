/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of a program at EL1: nothing is EL0's. */
#include <tn/boot_map.h>

uint64_t boot_attributes(const struct tn_region *region)
{
    uint64_t attributes = BOOT_ACCESSED | BOOT_SHARED | BOOT_XN;

    attributes |= region->kind == TN_REGION_DEVICE ? BOOT_DEVICE : 0;
    attributes |= region->access & TN_ACCESS_W ? 0 : BOOT_READ_ONLY;
    attributes |= region->access & TN_ACCESS_X ? 0 : BOOT_PXN;
    return attributes;
}
