/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's CPU: every EL2 control that decides what it can do, and every EL1 register in the
 * state that a reset would leave, so that nothing of the boot loader shines through.
 */
#include <tn/abi/cap.h>
#include <tn/hv/life.h>
#include <tn/hv/native.h>
#include <tn/hv/pool.h>
#include <tn/sysreg.h>

#include "internal.h"

/* HCR_EL2, Arm ARM D13.2.48. */
#define HCR_VM (1ull << 0)     /* stage 2 on */
#define HCR_SWIO (1ull << 1)   /* an invalidate by set/way cleans first */
#define HCR_PTW (1ull << 2)    /* no table walk reaches a device, which might not answer */
#define HCR_FMO (1ull << 3)    /* Group 0, which nobody uses, is EL2's; IRQs stay EL1's: no IMO */
#define HCR_AMO (1ull << 5)    /* SErrors come here, for a report */
#define HCR_DC (1ull << 12)    /* stage 1 is off for good, memory is cacheable */
#define HCR_TSC (1ull << 19)   /* firmware is Mortise's */
#define HCR_TIDCP (1ull << 20) /* implementation-defined registers: may reach the whole cluster */
#define HCR_RW (1ull << 31)    /* AArch64 */
#define HCR_PAUTH (3ull << 40) /* pointer authentication and its keys do not trap */
#define HCR_GUEST                                                                                  \
    (HCR_VM | HCR_SWIO | HCR_PTW | HCR_FMO | HCR_AMO | HCR_DC | HCR_TSC | HCR_TIDCP | HCR_RW)
/* A kernel has a stage 1 of its own: without DC; and keys. */
#define HCR_KERNEL ((HCR_GUEST & ~HCR_DC) | HCR_PAUTH)

/* CPTR_EL2 without VHE: RES1 bits, trace registers trapped; FP and SIMD are the guest's. */
#define CPTR_GUEST (0x32ffull | 1ull << 20)

#define SCTLR_EL1_RESET 0x30d00800ull /* RES1 bits: MMU off, caches as HCR_EL2.DC says */

#define CNTHCTL_COUNTER (1ull << 0) /* the physical counter is open */
#define CNTHCTL_TIMER (1ull << 1)   /* the physical timer, too */

#define MDCR_DEBUG (7ull << 9) /* TDA, TDOSA, TDRA: debug registers trap */
#define MDCR_TPM (1ull << 6)   /* performance monitors trap */
#define MDCR_TPMCR (1ull << 5) /* PMCR_EL0, too */
#define PMCR_N(pmcr) ((pmcr) >> 11 & 0x1f)
#define DFR0_PMUVER(dfr0) ((dfr0) >> 8 & 0xf)

#define SPSR_EL1H_MASKED 0x3c5ull

/* One whose exceptions and translation are its own; debug registers and keys are, too (hv/kernel).
 */
static bool is_kernel(uint64_t caps)
{
    return caps >> TN_CAP_STAGE1 & 1;
}

/*
 * All of the guest's PMU or none: HPMN counters are EL1's.  Events at EL2 are counted only when
 * the guest sets PMCCFILTR_EL0.NSH itself; what it learns from that is how long its own
 * hypercalls take.
 */
static uint64_t mdcr_value(uint64_t caps)
{
    uint64_t dfr0 = tn_sysreg_read(id_aa64dfr0_el1);
    uint64_t version = DFR0_PMUVER(dfr0);
    uint64_t value = is_kernel(caps) ? 0 : MDCR_DEBUG;

    if (version != 0 && version != 0xf) {
        value |= PMCR_N(tn_sysreg_read(pmcr_el0));
        /* On a CPU of a pool it may be another instance that counts. */
        if (!tn_hv_in_pool() || caps >> TN_CAP_PMU & 1) {
            tn_sysreg_write(pmcr_el0, 0);
        }
    }
    return caps >> TN_CAP_PMU & 1 ? value : value | MDCR_TPM | MDCR_TPMCR;
}

void tn_hv_guest_cpu(uint64_t caps)
{
    uint64_t traps = CONFIG_LIFE > 0 ? tn_hv_life_traps() : 0;

    tn_sysreg_write(hcr_el2, (is_kernel(caps) ? HCR_KERNEL : HCR_GUEST) | traps);
    tn_sysreg_write(cptr_el2, CPTR_GUEST);
    tn_sysreg_write(hstr_el2, 0);
    tn_sysreg_write(mdcr_el2, mdcr_value(caps));
    /* The virtual timer cannot be trapped; without the capability its interrupt stays off. */
    tn_sysreg_write(cnthctl_el2, CNTHCTL_COUNTER | (caps >> TN_CAP_TIMER & 1 ? CNTHCTL_TIMER : 0));
    tn_sysreg_write(cntvoff_el2, 0);
    tn_sysreg_write(vpidr_el2, tn_sysreg_read(midr_el1));
    tn_sysreg_write(vmpidr_el2, tn_sysreg_read(mpidr_el1));
}

static void reset_el1(void)
{
    tn_sysreg_write(sctlr_el1, SCTLR_EL1_RESET);
    tn_sysreg_write(cpacr_el1, 0);
    tn_sysreg_write(vbar_el1, 0);
    tn_sysreg_write(ttbr0_el1, 0);
    tn_sysreg_write(ttbr1_el1, 0);
    tn_sysreg_write(tcr_el1, 0);
    tn_sysreg_write(mair_el1, 0);
    tn_sysreg_write(amair_el1, 0);
    tn_sysreg_write(contextidr_el1, 0);
    tn_sysreg_write(tpidr_el1, 0);
    tn_sysreg_write(tpidr_el0, 0);
    tn_sysreg_write(tpidrro_el0, 0);
    tn_sysreg_write(esr_el1, 0);
    tn_sysreg_write(far_el1, 0);
    tn_sysreg_write(afsr0_el1, 0);
    tn_sysreg_write(afsr1_el1, 0);
    tn_sysreg_write(par_el1, 0);
    tn_sysreg_write(elr_el1, 0);
    tn_sysreg_write(spsr_el1, 0);
    tn_sysreg_write(sp_el0, 0);
    tn_sysreg_write(sp_el1, 0);
    tn_sysreg_write(csselr_el1, 0);
    tn_sysreg_write(mdscr_el1, 0);
    tn_sysreg_write(cntkctl_el1, 0);
    tn_sysreg_write(cntp_ctl_el0, 0);
    tn_sysreg_write(cntv_ctl_el0, 0);
    tn_sysreg_write(cntp_cval_el0, 0);
    tn_sysreg_write(cntv_cval_el0, 0);
}

void hv_enter_guest(uint64_t entry, uint64_t argument, uint64_t caps)
{
    if (tn_hv_is_native()) {
        tn_hv_native_enter(entry);
    }
    tn_hv_guest_cpu(caps);
    reset_el1();
    tn_sysreg_write(elr_el2, entry);
    tn_sysreg_write(spsr_el2, SPSR_EL1H_MASKED);
    if (tn_hv_in_pool()) {
        tn_hv_pool_enter();
    }
    hv_launch(argument);
}
