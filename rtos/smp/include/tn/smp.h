/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: what several CPUs need of the machine.  One implementation is linked: on bare
 * metal, or on Mortise.
 */
#ifndef TN_SMP_H
#define TN_SMP_H

#include <stdint.h>

/* The software-generated interrupt by which CPUs call each other.  Firmware has 8 to 15. */
#define TN_SMP_SGI 7u

/*
 * Start CPU `number` of the program, which comes to tn_kernel_join(number) on the stack that ends
 * at `stack`.  What the caller has written is visible to it.  Where the
 * firmware refuses, the image ends.
 */
void tn_smp_start(unsigned number, void *stack);

/* Let the calling CPU, whose controller is set up, take TN_SMP_SGI; returns how others address it.
 */
uint64_t tn_smp_open(void);

/*
 * Raise TN_SMP_SGI on the CPU of whom tn_smp_open() returned `target`.  Who takes it sees what the
 * caller has written before.
 */
void tn_smp_call(uint64_t target);

/* Once, on the first CPU, while TPIDRRO_EL0 still is what the boot code has left there. */
void tn_smp_begin(void);

/* The exception level that the boot code was entered at, 0 where there was none. */
uint64_t tn_smp_boot_el(void);

#endif
