/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first partition's program at EL2 (hv/native, docs/native.md), as the rest of Mortise takes
 * part in it.  In an image without one (CONFIG_EL2_PROGRAM 0) none of this is called or linked.
 *
 * Its CPU has one address space, which the partition's tables make (hv/stage2): the program's
 * regions, and slot 1, Mortise's text, data, tables and windows, as any other CPU of Mortise has
 * it.
 */
#ifndef TN_HV_NATIVE_H
#define TN_HV_NATIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/compiler.h>
#include <tn/hv/partition.h>

/* Whether the CPU that runs has the program at EL2; known from tn_hv_cpus_join() on. */
static inline bool tn_hv_is_native(void)
{
    return CONFIG_EL2_PROGRAM > 0 && tn_hv_partition.index == 0;
}

/* Put Mortise into the program's tables, which are built; false: the program lies there. */
bool tn_hv_native_join(void);

/* Go over to the program's address space and vectors, and to its first instruction. */
TN_NORETURN void tn_hv_native_enter(uint64_t entry);

/* The program has ended: back to Mortise's own address space and vectors. */
void tn_hv_native_leave(void);

/* The entry of HV_VA_LOAD in the tables that this CPU uses; NULL: Mortise's own. */
extern volatile uint64_t *tn_hv_native_load;

#endif
