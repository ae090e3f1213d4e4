/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cycle counter, PMCCNTR_EL0 (Arm ARM DDI 0487, D13.4): cycles on silicon, executed
 * instructions under QEMU's -icount shift=0.  One CPU's; each CPU has its own.
 */
#ifndef TN_PMU_H
#define TN_PMU_H

#include <stdint.h>

/*
 * Reset the counter of this CPU to 0 and let it run, 64 bits wide, at EL1 and EL0; of a program
 * in mode native at EL2, too.  Any context.  A partition needs CAP_PMU, which linking this library
 * gives it.
 */
void tn_pmu_start(void);

/* Cycles since tn_pmu_start().  The ISB keeps the read from moving up among earlier work. */
static inline uint64_t tn_pmu_cycles(void)
{
    uint64_t cycles;
    __asm__ volatile("isb\n\tmrs %0, pmccntr_el0" : "=r"(cycles)::"memory");
    return cycles;
}

#endif
