/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual address space of EL2: 27 bits, 64 slots of 2 MiB (docs/architecture.md).  One page
 * holds both tables: it is the level-3 table of slot 1, and entries HV_L2_INDEX.. of it, which
 * map nothing else, are the level-2 table.  Read as a level-3 entry, the level-2 entry of slot 1
 * maps this page itself, at HV_VA_TABLES.  May be included from assembly.
 */
#ifndef TN_HV_MAP_H
#define TN_HV_MAP_H

#define HV_PAGE 0x1000
#define HV_BLOCK 0x200000
#define HV_VA_BITS 27

#define HV_VA_IMAGE 0x200000  /* slot 1: text, read-only data */
#define HV_VA_BSS 0x280000    /* writable data; its first page is the table page, not mapped here */
#define HV_VA_SHARED 0x300000 /* 64 KiB, with several CPUs: what they share */
#define HV_VA_GUEST 0x340000  /* one page of the partition's, while a hypercall reads it */
#define HV_VA_OTHER 0x341000  /* one page of device registers, for one access */
#define HV_VA_TABLES 0x381000 /* the table page; its level-2 entries take 0x380000..0x3bffff */
#define HV_VA_BOOT 0x400000   /* slots 2..57 while booting: the image, read-only */
#define HV_BOOT_BLOCKS 56
#define HV_VA_LOAD 0x7400000 /* slot 58 while booting: RAM of a partition that is filled */
#define HV_VA_DTB 0x7800000  /* slots 60 and 61 while booting: the boot loader's device tree */

/*
 * In the x0 with which a CPU comes to C, beside the number of its slot: it is not the boot loader's
 * start but one more of Mortise's own.  No address of a device tree has it.
 */
#define HV_AGAIN_BIT 63

/*
 * Copies of .bss: one for each CPU of each partition, then one for each CPU of a pool that its
 * instance may leave (hv/pool/move.c).
 */
#define HV_SLOTS (CONFIG_HV_CPUS + CONFIG_POOL_IDLES)

#define HV_L2_INDEX 384 /* in 8-byte entries of the table page: byte 0xc00, 128-byte aligned */

/* Device windows, from the end of slot 1 down. */
#define HV_VA_CONSOLE 0x3ff000
#define HV_VA_GICC 0x3fe000 /* GICv2: one page */
#define HV_VA_GICD 0x3e0000 /* 64 KiB */
#define HV_VA_GICR 0x3c0000 /* GICv3: 128 KiB, one CPU's two frames */

/*
 * Page and block descriptors, Arm ARM D5.3, EL2 stage 1: bit 6 is RES1, bit 7 read-only, memory
 * type 0 of MAIR_EL2 is Normal Write-Back, type 1 Device-nGnRE.  Everything is inner shareable
 * and has its access flag set.
 */
#define HV_PTE_COMMON 0x740
#define HV_PTE_PAGE 3
#define HV_PTE_BLOCK 1
#define HV_PTE_READ_ONLY 0x80
#define HV_PTE_DEVICE 0x4
#define HV_PTE_UNCACHED 0x8 /* memory type 2: of a program at EL2 alone (hv/native) */
#define HV_PTE_XN 0x40000000000000

#define HV_MAIR 0x04ff

#endif
