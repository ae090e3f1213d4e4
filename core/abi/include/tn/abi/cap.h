/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capabilities: bit numbers in a partition descriptor's `caps`.  A library selects CAP_x in its
 * Kconfig; the builder takes the union over what was linked and sets bit TN_CAP_x.  The
 * builder reads the numbers from this file: one `#define TN_CAP_<NAME> <bit>` a line.
 * May be included from assembly.
 */
#ifndef TN_ABI_CAP_H
#define TN_ABI_CAP_H

#define TN_CAP_POWER 0     /* PSCI: CPU_ON/OFF, SYSTEM_OFF and SYSTEM_RESET of the partition */
#define TN_CAP_EXIT 1      /* end the partition with a status, report a fault of its own */
#define TN_CAP_IRQ 2       /* configure, mask and pend the interrupts in its descriptor */
#define TN_CAP_TIMER 3     /* the virtual and the physical EL1 timer of its CPUs */
#define TN_CAP_PMU 4       /* the performance monitors of its CPUs */
#define TN_CAP_CONSOLE 5   /* write lines to the shared console */
#define TN_CAP_CHAN 6      /* channels */
#define TN_CAP_LIFECYCLE 7 /* create, start, pause, restart and destroy other partitions */
#define TN_CAP_MEMORY 8    /* ask for, give back and share memory */
#define TN_CAP_SCHED 9     /* CPU scheduling in dynamic mode */
#define TN_CAP_DEVICE 10   /* devices by MMIO: the regions in its descriptor */
#define TN_CAP_VGIC 11     /* a GIC distributor of its own, as the board has; SGIs among its CPUs */
#define TN_CAP_STAGE1 12   /* a kernel: translation and exceptions of its own, memory W and X */
#define TN_CAP_WATCHDOG 13 /* kick its own watchdog */
#define TN_CAP_TIME 14     /* Mortise's uptime, the shared time of day */
#define TN_CAP_INJECT 15   /* pend the interrupts of others that are injectable */
#define TN_CAP_REGISTERS 16    /* single device registers, through Mortise */
#define TN_CAP_MAP 17          /* translation tables of its own above stage 2, when it asks */
#define TN_CAP_LAST TN_CAP_MAP /* descriptors with others are refused */

#endif
