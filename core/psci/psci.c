/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to the firmware.  SMC #0 after the SMC Calling Convention (Arm DEN0028). */
#include <tn/psci.h>

#include <stdint.h>

void tn_psci_system_off(void)
{
    register uint64_t x0 __asm__("x0") = TN_PSCI_BASE | TN_PSCI_SYSTEM_OFF;

    /* What it clobbers does not matter: it does not come back, or there is nothing left to do. */
    __asm__ volatile("smc #0" : "+r"(x0) : : "memory");
    for (;;) {
        __asm__ volatile("wfi");
    }
}
