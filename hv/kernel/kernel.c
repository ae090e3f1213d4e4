/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debug registers and keys of pointer authentication as a reset leaves them, whenever a kernel's
 * CPU begins: another partition may have had the CPU before.  Those that are no kernels have
 * neither (hv/mortise/guest.c), so that images without one do without this.
 */
#include <tn/abi/cap.h>
#include <tn/hv/partition.h>
#include <tn/sysreg.h>

/* ID_AA64DFR0_EL1: numbers less 1. */
#define DFR0_BREAKPOINTS(dfr0) ((dfr0) >> 12 & 0xf)
#define DFR0_WATCHPOINTS(dfr0) ((dfr0) >> 20 & 0xf)

#define ISAR1_PAUTH 0xff0ull /* ID_AA64ISAR1_EL1: APA, API */

/* registers.S: so many breakpoints and watchpoints, 1..16 each. */
void hv_kernel_reset_points(unsigned breakpoints, unsigned watchpoints);
void hv_kernel_reset_debug(void);
void hv_kernel_reset_keys(void);

static void start(const struct tn_hv_boot *boot)
{
    uint64_t dfr0 = tn_sysreg_read(id_aa64dfr0_el1);

    (void)boot;
    if (!tn_hv_has_cap(TN_CAP_STAGE1)) {
        return;
    }
    hv_kernel_reset_points((unsigned)DFR0_BREAKPOINTS(dfr0) + 1,
                           (unsigned)DFR0_WATCHPOINTS(dfr0) + 1);
    hv_kernel_reset_debug();
    if (tn_sysreg_read(id_aa64isar1_el1) & ISAR1_PAUTH) {
        hv_kernel_reset_keys();
    }
}

TN_HV_START(start);
