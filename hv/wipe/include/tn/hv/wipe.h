/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of partitions, cleared by Mortise. */
#ifndef TN_HV_WIPE_H
#define TN_HV_WIPE_H

#include <stdint.h>
#include <tn/hv/partition.h>

/*
 * Write zeroes to the RAM [pa, pa + size), page-aligned.  No guest uses it meanwhile.  Some 300
 * instructions a page.  Visible to every CPU that has its caches on.
 */
void tn_hv_wipe(uint64_t pa, uint64_t size);

/* The same with a region's pages, which may have colours; `base`: what its source counts from. */
void tn_hv_wipe_region(uint64_t base, const struct tn_region *region);

/* Clear all memory of boot->desc that is not shared with another partition. */
void tn_hv_wipe_partition(const struct tn_hv_boot *boot);

#endif
