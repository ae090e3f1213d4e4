/* SPDX-License-Identifier: Apache-2.0 */
/* Firmware calls that switch CPUs on and off (Arm DEN0022, 5.5 and 5.6). */
#include <tn/psci.h>

/* The DSB: stores are out before the firmware acts.  x4..x17 may not be preserved. */
#define CPU_ON(conduit)                                                                            \
    register uint64_t x0 __asm__("x0") = TN_PSCI_BASE + TN_PSCI_64 + TN_PSCI_CPU_ON;               \
    register uint64_t x1 __asm__("x1") = mpidr;                                                    \
    register uint64_t x2 __asm__("x2") = entry;                                                    \
    register uint64_t x3 __asm__("x3") = context;                                                  \
    __asm__ volatile("dsb sy\n\t" conduit " #0"                                                    \
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)                                      \
                     :                                                                             \
                     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",      \
                       "x15", "x16", "x17", "memory");                                             \
    return (int)x0

int tn_psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t context)
{
    CPU_ON("smc");
}

int tn_psci_cpu_on_hvc(uint64_t mpidr, uint64_t entry, uint64_t context)
{
    CPU_ON("hvc");
}

void tn_psci_cpu_off(void)
{
    register uint64_t x0 __asm__("x0") = TN_PSCI_BASE | TN_PSCI_CPU_OFF;

    __asm__ volatile("dsb sy\n\tsmc #0" : "+r"(x0) : : "memory");
    for (;;) {
        __asm__ volatile("wfi");
    }
}
