/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partitions whose program is handed over at run time (hv/create), as the rest of Mortise sees
 * them.  In an image without slots (CONFIG_SLOTS 0) none of this is called or linked.
 */
#ifndef TN_HV_SLOT_H
#define TN_HV_SLOT_H

#include <tn/abi/partition.h>

/*
 * The descriptor by which a partition begins: `desc`, that of the image, or for a slot the checked
 * one of what was created in it.  Any CPU, on its way to begin or to retire the partition.
 */
const struct tn_partition_desc *tn_hv_slot_desc(unsigned partition,
                                                const struct tn_partition_desc *desc);

#endif
