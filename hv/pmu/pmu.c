/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Performance monitors as a reset leaves them, whenever a CPU of a partition begins that has them:
 * what another has counted there is none of its business, and an overflow would be its interrupt.
 */
#include <tn/abi/cap.h>
#include <tn/hv/partition.h>
#include <tn/sysreg.h>

#define DFR0_PMUVER(dfr0) ((dfr0) >> 8 & 0xf)
#define PMUVER_OWN 0xfu /* not Arm's */
#define PMCR_N(pmcr) ((pmcr) >> 11 & 0x1f)
#define PMCR_RESET 6u /* P, C: at EL2 all counters, whatever MDCR_EL2.HPMN says */

static void start(const struct tn_hv_boot *boot)
{
    uint64_t version = DFR0_PMUVER(tn_sysreg_read(id_aa64dfr0_el1));
    uint64_t counters;

    (void)boot;
    if (!tn_hv_has_cap(TN_CAP_PMU) || version == 0 || version == PMUVER_OWN) {
        return;
    }
    counters = PMCR_N(tn_sysreg_read(pmcr_el0));
    tn_sysreg_write(pmcr_el0, PMCR_RESET);
    tn_sysreg_write(pmcntenclr_el0, UINT64_MAX);
    tn_sysreg_write(pmintenclr_el1, UINT64_MAX);
    tn_sysreg_write(pmovsclr_el0, UINT64_MAX);
    tn_sysreg_write(pmuserenr_el0, 0);
    tn_sysreg_write(pmccfiltr_el0, 0);
    for (uint64_t i = 0; i < counters; i++) {
        tn_sysreg_write(pmselr_el0, i);
        tn_isb(); /* before the register that it selects */
        tn_sysreg_write(pmxevtyper_el0, 0);
    }
    tn_sysreg_write(pmselr_el0, 0);
}

TN_HV_START(start);
