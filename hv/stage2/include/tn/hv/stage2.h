/* SPDX-License-Identifier: Apache-2.0 */
/* Stage-2 translation of the partition (Arm ARM D5). */
#ifndef TN_HV_STAGE2_H
#define TN_HV_STAGE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tn/hv/partition.h>

/*
 * Build the tables for the partition's descriptor and point VTTBR_EL2 and VTCR_EL2 at them.
 * False when S2_TABLES is too small for it.  At boot, before a guest runs.
 */
bool tn_hv_stage2_init(const struct tn_hv_boot *boot);

/*
 * Take everything from the partition's CPU that has copy `slot` of .bss: its guest's next access
 * enters Mortise.  In an image with several CPUs, from another CPU of the partition.
 */
void tn_hv_stage2_revoke(unsigned slot);

/*
 * The one translator of addresses that a guest passes: copy `size` bytes at guest-physical `ipa` to
 * `to`.  False, with `to` in any state, unless every byte is memory that the partition may
 * read; a device is not.  Walks this CPU's stage-2 tables, which only Mortise writes and only at
 * boot, and maps one page at a time, read-only, for the time of the copy; the guest may write it
 * meanwhile, so that what was copied is what has to be checked.
 */
bool tn_hv_guest_read(void *to, uint64_t ipa, size_t size);

#endif
