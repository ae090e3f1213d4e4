/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the boot code of an image without partitions (modes bare and native) and its start at
 * one exception level.  Everything here runs once, with the MMU off where the image was loaded.
 */
#ifndef TN_BOOT_MAP_H
#define TN_BOOT_MAP_H

/* Attributes of stage-1 descriptors that EL1 and EL2 share (Arm ARM D5.3). */
#define BOOT_DEVICE (1ull << 2) /* MAIR's second attribute */
#define BOOT_READ_ONLY (2ull << 6)
#define BOOT_SHARED (3ull << 8)
#define BOOT_ACCESSED (1ull << 10)
#define BOOT_PXN (1ull << 53) /* EL1 alone */
#define BOOT_XN (1ull << 54)  /* EL1: of EL0 */
#define BOOT_BELOW (BOOT_SHARED | BOOT_ACCESSED | BOOT_PXN | BOOT_XN)

#ifndef __ASSEMBLER__
#include <stdint.h>
#include <tn/abi/partition.h>
#include <tn/compiler.h>

/* Where the program begins and what translates its addresses; in x0 and x1. */
struct boot_program {
    uint64_t entry;
    uint64_t root;
};

/*
 * Check the image at `base` and map its program.  The first page at `memory` is the root,
 * CONFIG_BARE_TABLES pages follow.  Does not return where the image is corrupt.
 */
struct boot_program boot_map(uint64_t base, uint64_t memory);

/* The attributes of a region's pages at the program's exception level: each start has its own. */
uint64_t boot_attributes(const struct tn_region *region);

/* Print `text` on the console, and sleep. */
TN_NORETURN void boot_stop(const char *text);
#endif

#endif
