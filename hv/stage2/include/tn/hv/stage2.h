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

/* VTCR_EL2 alone: for a CPU on which no partition has begun yet. */
void tn_hv_stage2_begin_cpu(void);

/*
 * Take everything from the CPU that has copy `slot` of .bss and is `partition`'s: its guest's next
 * access or fetch enters Mortise.  In an image with several CPUs, from another one.  On return no
 * access by an old translation is under way.
 */
void tn_hv_stage2_revoke(unsigned slot, unsigned partition);

/*
 * Give back to this CPU what was taken; false: nothing was.  Who gives back for a reason that
 * others may change looks at the reason again afterwards.
 */
bool tn_hv_stage2_restore(void);

/*
 * Memory that comes and goes while the guest runs, in the tables of this CPU: [ipa, ipa + size) is
 * not mapped before; what is removed was added as such.  `access`: TN_ACCESS_R, W, X.  False, with
 * a part of it mapped, when S2_TABLES is too small.  What is removed from a table that the
 * partition's CPUs share all of them lose: the TLBIs are broadcast.
 */
bool tn_hv_stage2_add(uint64_t ipa, uint64_t pa, uint64_t size, unsigned access);
void tn_hv_stage2_remove(uint64_t ipa, uint64_t size);

/*
 * The 2 MiB at `ipa`, where nothing is mapped, are translated by `table`, a level-3 table in
 * .bss.0shared, on this CPU.  Each CPU of a partition with several is told so when it starts; what
 * one of them adds and removes there, all of them have.  False: S2_TABLES is too small.
 */
bool tn_hv_stage2_share(uint64_t ipa, const uint64_t *table);

/*
 * The tables themselves, for who puts something into them or uses them otherwise (hv/native): the
 * root, where it is in memory, and the entry of 2 MiB that `ipa` lies in, NULL when S2_TABLES is
 * too small.
 */
uint64_t *tn_hv_stage2_root(void);
uint64_t tn_hv_stage2_root_pa(void);
uint64_t *tn_hv_stage2_entry(uint64_t ipa);

/*
 * The one translator of addresses that a guest passes: copy `size` bytes at guest-physical `ipa` to
 * `to`.  False, with `to` in any state, unless every byte is memory that the partition may
 * read; a device is not.  Walks this CPU's stage-2 tables, which only Mortise writes and only at
 * boot, and maps one page at a time, read-only, for the time of the copy; the guest may write it
 * meanwhile, so that what was copied is what has to be checked.  False, too, when another CPU of
 * the partition has given memory back meanwhile.
 */
bool tn_hv_guest_read(void *to, uint64_t ipa, size_t size);

#endif
