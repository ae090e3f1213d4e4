/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL1's registers, written out one by one: a loop would need their names in memory.  Left out is
 * what no guest here can change or use: debug registers (trapped), implementation-defined ones
 * (trapped), MPIDR and MIDR (the CPU's own, instances see them as they are).
 */
#include <tn/hv/vcpu.h>

#include <tn/sysreg.h>

#define TIMER_ENABLE 1u
#define TIMER_MASK 2u

/* CPTR_EL2 without VHE: RES1 bits, trace trapped; TFP. */
#define CPTR_GUEST (0x32ffull | 1ull << 20)
#define CPTR_TFP (1ull << 10)

#define FP_WORDS 66u

#define REGISTERS(X)                                                                               \
    X(elr_el2)                                                                                     \
    X(spsr_el2)                                                                                    \
    X(hcr_el2)                                                                                     \
    X(vttbr_el2)                                                                                   \
    X(mdcr_el2)                                                                                    \
    X(cnthctl_el2)                                                                                 \
    X(sctlr_el1)                                                                                   \
    X(actlr_el1)                                                                                   \
    X(cpacr_el1)                                                                                   \
    X(ttbr0_el1)                                                                                   \
    X(ttbr1_el1)                                                                                   \
    X(tcr_el1)                                                                                     \
    X(mair_el1)                                                                                    \
    X(amair_el1)                                                                                   \
    X(vbar_el1)                                                                                    \
    X(contextidr_el1)                                                                              \
    X(tpidr_el1)                                                                                   \
    X(tpidr_el0)                                                                                   \
    X(tpidrro_el0)                                                                                 \
    X(sp_el0)                                                                                      \
    X(sp_el1)                                                                                      \
    X(elr_el1)                                                                                     \
    X(spsr_el1)                                                                                    \
    X(esr_el1)                                                                                     \
    X(far_el1)                                                                                     \
    X(afsr0_el1)                                                                                   \
    X(afsr1_el1)                                                                                   \
    X(par_el1)                                                                                     \
    X(csselr_el1)                                                                                  \
    X(cntkctl_el1)

#define FIELD(name) uint64_t name;
#define SAVE(name) own.name = tn_sysreg_read(name);
#define RESTORE(name) tn_sysreg_write(name, own.name);

static struct {
    REGISTERS(FIELD)
} own;

static struct {
    uint64_t cntv_ctl, cntv_cval, cntp_ctl, cntp_cval;
} timers;

static uint64_t fp[FP_WORDS] TN_ALIGNED(16);
static bool fp_loaded; /* the CPU's FP registers are this guest's, and it has access */

/* Pointer authentication keys, where the CPU has it (ID_AA64ISAR1_EL1: APA, API). */
static uint64_t keys[10];
#define ISAR1_PAUTH 0xff0ull

#define KEYS(X)                                                                                    \
    X(0, S3_0_C2_C1_0)                                                                             \
    X(1, S3_0_C2_C1_1)                                                                             \
    X(2, S3_0_C2_C1_2)                                                                             \
    X(3, S3_0_C2_C1_3)                                                                             \
    X(4, S3_0_C2_C2_0)                                                                             \
    X(5, S3_0_C2_C2_1)                                                                             \
    X(6, S3_0_C2_C2_2)                                                                             \
    X(7, S3_0_C2_C2_3)                                                                             \
    X(8, S3_0_C2_C3_0)                                                                             \
    X(9, S3_0_C2_C3_1)
#define SAVE_KEY(i, name) keys[i] = tn_sysreg_read(name);
#define RESTORE_KEY(i, name) tn_sysreg_write(name, keys[i]);

static bool has_keys(void)
{
    return (tn_sysreg_read(id_aa64isar1_el1) & ISAR1_PAUTH) != 0;
}

void tn_vcpu_save(void)
{
    REGISTERS(SAVE)
    if (has_keys()) {
        KEYS(SAVE_KEY)
    }
    if (fp_loaded) {
        tn_vcpu_fp_store(fp);
        fp_loaded = false;
        tn_sysreg_write(cptr_el2, CPTR_GUEST | CPTR_TFP);
    }
}

/* The ERET to come synchronises: all of these are for EL1. */
void tn_vcpu_restore(void)
{
    REGISTERS(RESTORE)
    if (has_keys()) {
        KEYS(RESTORE_KEY)
    }
}

void tn_vcpu_fp_reset(void)
{
    fp_loaded = false;
    tn_sysreg_write(cptr_el2, CPTR_GUEST | CPTR_TFP);
}

void tn_vcpu_fp_load(void)
{
    tn_sysreg_write(cptr_el2, CPTR_GUEST);
    tn_isb(); /* before EL2's own FP instructions */
    tn_vcpu_fp_fetch(fp);
    fp_loaded = true;
}

static uint64_t when(uint64_t ctl, uint64_t cval)
{
    return (ctl & (TIMER_ENABLE | TIMER_MASK)) == TIMER_ENABLE ? cval : UINT64_MAX;
}

uint64_t tn_vcpu_timers_next(void)
{
    uint64_t v = when(tn_sysreg_read(cntv_ctl_el0), tn_sysreg_read(cntv_cval_el0));
    uint64_t p = when(tn_sysreg_read(cntp_ctl_el0), tn_sysreg_read(cntp_cval_el0));

    return v < p ? v : p;
}

uint64_t tn_vcpu_timers_save(void)
{
    uint64_t v, p;

    timers.cntv_ctl = tn_sysreg_read(cntv_ctl_el0);
    timers.cntv_cval = tn_sysreg_read(cntv_cval_el0);
    timers.cntp_ctl = tn_sysreg_read(cntp_ctl_el0);
    timers.cntp_cval = tn_sysreg_read(cntp_cval_el0);
    tn_sysreg_write(cntv_ctl_el0, 0);
    tn_sysreg_write(cntp_ctl_el0, 0);
    v = when(timers.cntv_ctl, timers.cntv_cval);
    p = when(timers.cntp_ctl, timers.cntp_cval);
    return v < p ? v : p;
}

void tn_vcpu_timers_restore(void)
{
    tn_sysreg_write(cntv_cval_el0, timers.cntv_cval);
    tn_sysreg_write(cntv_ctl_el0, timers.cntv_ctl);
    tn_sysreg_write(cntp_cval_el0, timers.cntp_cval);
    tn_sysreg_write(cntp_ctl_el0, timers.cntp_ctl);
}
