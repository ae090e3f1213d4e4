/* SPDX-License-Identifier: Apache-2.0 */
/* Stage-2 translation of the partition (Arm ARM D5). */
#ifndef TN_HV_STAGE2_H
#define TN_HV_STAGE2_H

#include <stdbool.h>
#include <tn/hv/partition.h>

/*
 * Build the tables for the partition's descriptor and point VTTBR_EL2 and VTCR_EL2 at them.
 * False when S2_TABLES is too small for it.  At boot, before a guest runs.
 */
bool tn_hv_stage2_init(const struct tn_hv_boot *boot);

#endif
