/* SPDX-License-Identifier: Apache-2.0 */
/* Between the sources of this library. */
#ifndef VGICV3_INTERNAL_H
#define VGICV3_INTERNAL_H

#include <stdint.h>

/* Affinity of CPU `n` of the board, and of the partition's n-th. */
uint64_t vgicv3_mpidr(unsigned board_cpu);
unsigned vgicv3_board_cpu(unsigned cpu);

/* The CPU interface's part of a CPU's start, behind the rest. */
void vgicv3_start(void);

/* How many CPUs the partition has. */
unsigned vgicv3_cpus(void);

/* A mask of MPIDR_EL1 and of GICD_IROUTER. */
#define AFFINITY_MASK 0xff00ffffffull

#endif
