/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers, keys and FP registers of a guest; EL1's other registers are in switch.S.
 */
#include <tn/hv/vcpu.h>

#include <tn/sysreg.h>

#include "internal.h"

#define TIMER_ENABLE 1u
#define TIMER_MASK 2u

/* CPTR_EL2 without VHE: RES1 bits; trace is trapped, and SVE, which nobody switches; TFP. */
#define CPTR_GUEST (0x33ffull | 1ull << 20)
#define CPTR_TFP (1ull << 10)

#define FP_WORDS 66u

/*
 * In the order of switch.S.  EL2's own are among them: an instance is switched while it begins,
 * too, when some have been set and others not.
 */
static uint64_t own[TN_VCPU_WORDS] TN_ALIGNED(16);

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

static bool has_keys;

void tn_vcpu_save(void)
{
    if (CONFIG_VCPU_DEBUG > 0) {
        vcpu_debug_save();
    }
    tn_vcpu_store(own);
    if (has_keys) {
        KEYS(SAVE_KEY)
    }
    if (fp_loaded) {
        tn_vcpu_fp_store(fp);
        fp_loaded = false;
    }
    /* Where it begins or ends they are open, too, for Mortise: it may give way in between. */
    tn_sysreg_write(cptr_el2, CPTR_GUEST | CPTR_TFP);
}

/* The ERET to come synchronises: all of these are for EL1. */
void tn_vcpu_restore(void)
{
    tn_vcpu_fetch(own);
    if (has_keys) {
        KEYS(RESTORE_KEY)
    }
    if (CONFIG_VCPU_DEBUG > 0) {
        vcpu_debug_restore();
    }
}

void tn_vcpu_begin(void)
{
    has_keys = (tn_sysreg_read(id_aa64isar1_el1) & ISAR1_PAUTH) != 0;
    if (CONFIG_VCPU_DEBUG > 0) {
        vcpu_debug_begin();
    }
    /* Volatile: they shall not become calls of memset, which Mortise does without. */
    for (volatile uint64_t *word = fp; word < fp + FP_WORDS; word++) {
        *word = 0;
    }
    tn_vcpu_fp_reset();
}

void tn_vcpu_drop(void)
{
    if (CONFIG_VCPU_DEBUG > 0) {
        vcpu_debug_drop();
    }
    tn_vcpu_fp_reset();
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
