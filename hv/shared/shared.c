/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of channels holds garbage after power-on, and its ends rely on zeroes.  The first
 * CPU clears all of it, before any partition runs; a partition that is restarted later finds it as
 * it is (tn/abi/channel.h).
 */
#include <tn/hv/partition.h>
#include <tn/hv/wipe.h>

static void clear(const struct tn_hv_boot *boot)
{
    if (!tn_hv_is_first() || !boot->fresh || boot->again) {
        return;
    }
    for (unsigned p = 0; p < boot->image.toc->partition_count; p++) {
        const struct tn_partition_desc *desc = tn_image_desc(&boot->image, p);

        for (unsigned i = 0; i < desc->region_count; i++) {
            const struct tn_region *region = &tn_desc_regions(desc)[i];

            if (region->kind == TN_REGION_MEMORY && (region->access & TN_ACCESS_SHARED) != 0 &&
                (region->access & TN_ACCESS_W) != 0) {
                tn_hv_wipe_region(boot->base, region);
            }
        }
    }
}

TN_HV_START(clear);
