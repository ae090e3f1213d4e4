/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a guest, or Mortise itself, stopped: the exception syndrome (Arm ARM D13, ESR_ELx) in
 * words, then the registers.
 */
#include <tn/hv/report.h>

#include <stdbool.h>
#include <tn/fault.h>
#include <tn/hv/cpus.h>
#include <tn/hv/fiq.h>
#include <tn/hv/life.h>
#include <tn/hv/native.h>
#include <tn/hv/partition.h>
#include <tn/sysreg.h>

#include "internal.h"

#define SPSR_SP 1u /* the interrupted code used SP_ELx */
#define VECTOR_TABLE 0x800u
#define VECTOR_KIND(offset) ((offset) >> 7 & 3)

/* What there is to know of one exception. */
struct cause {
    uint64_t kind, esr, far, pc, sp, spsr;
};

/* By kind; a synchronous exception has its own words. */
static const char *const kinds[] = {
    [HV_KIND_IRQ] = "unexpected interrupt",
    [HV_KIND_FIQ] = "unexpected fast interrupt",
    [HV_KIND_SERROR] = "SError",
};

static const char *reason_text(const struct cause *cause)
{
    if (cause->kind != HV_KIND_SYNC) {
        return kinds[cause->kind];
    }
    return tn_fault_class(cause->esr);
}

/* The access that an abort is about. */
static void print_access(const struct cause *cause)
{
    tn_hv_text(" (");
    tn_hv_text(tn_fault_status(TN_ISS_FSC(cause->esr)));
    tn_hv_text(" fault) at ");
    tn_hv_hex(cause->far, 16);
    if ((TN_ESR_EC(cause->esr) & ~TN_EC_SAME_EL) == TN_EC_DATA_ABORT) {
        tn_hv_text(cause->esr & TN_ISS_WRITE ? ", write" : ", read");
        if (cause->esr & TN_ISS_VALID) {
            tn_hv_text(" of ");
            tn_hv_decimal(TN_ISS_SIZE(cause->esr));
            tn_hv_text(" bytes");
        }
    }
}

static void print_cause(const struct cause *cause, const struct tn_hv_frame *frame,
                        const char *text)
{
    unsigned class = TN_ESR_EC(cause->esr) & ~TN_EC_SAME_EL;

    tn_hv_text(text);
    if (cause->kind == HV_KIND_SYNC &&
        (class == TN_EC_DATA_ABORT || class == TN_EC_INSTRUCTION_ABORT)) {
        print_access(cause);
    }
    report_registers(frame, cause->pc, cause->sp, cause->esr, cause->spsr);
}

/* An exception that EL2 took from the guest. */
static struct cause cause_at_el2(uint64_t kind)
{
    struct cause cause = {
        .kind = kind,
        .esr = tn_sysreg_read(esr_el2),
        .far = tn_sysreg_read(far_el2),
        .pc = tn_sysreg_read(elr_el2),
        .spsr = tn_sysreg_read(spsr_el2),
    };

    cause.sp = cause.spsr & SPSR_SP ? tn_sysreg_read(sp_el1) : tn_sysreg_read(sp_el0);
    return cause;
}

/*
 * One that the guest took at EL1 and gave up on.  Its ESR_EL1 belongs to a synchronous exception;
 * which vector the HVC is in says whether it was one.
 */
static struct cause cause_at_el1(void)
{
    uint64_t offset = tn_sysreg_read(elr_el2) - 4 - tn_sysreg_read(vbar_el1);
    struct cause cause = {
        .kind = offset < VECTOR_TABLE ? VECTOR_KIND(offset) : HV_KIND_SYNC,
        .esr = tn_sysreg_read(esr_el1),
        .far = tn_sysreg_read(far_el1),
        .pc = tn_sysreg_read(elr_el1),
        .spsr = tn_sysreg_read(spsr_el1),
    };

    cause.sp = cause.spsr & SPSR_SP ? tn_sysreg_read(sp_el1) : tn_sysreg_read(sp_el0);
    return cause;
}

static TN_NORETURN void end(const struct cause *cause, const struct tn_hv_frame *frame,
                            const char *text)
{
    tn_hv_partition.status = HV_STATUS_FAULT;
    tn_hv_begin_end();
    /* The guest may have left its own line open. */
    tn_hv_text("\n");
    tn_hv_partition_line();
    tn_hv_text(" fault: ");
    print_cause(cause, frame, text);
    tn_hv_unlock();
    tn_hv_partition_end(TN_HV_END_FAULT);
}

void tn_hv_guest_expired(const struct tn_hv_frame *frame, const char *text)
{
    struct cause cause = cause_at_el2(frame->kind);

    end(&cause, frame, text);
}

/*
 * The page under the stack is not mapped; a fault there is nothing else.  A frame larger than that
 * page steps over it: then SP itself is too low.
 */
static bool overflowed(const struct cause *cause)
{
    uint64_t guard = tn_hv_partition.guard;

    return guard != 0 && cause->kind == HV_KIND_SYNC &&
           (TN_ESR_EC(cause->esr) & ~TN_EC_SAME_EL) == TN_EC_DATA_ABORT &&
           (cause->far - guard < HV_PAGE || cause->sp < guard + HV_PAGE);
}

void tn_hv_guest_fault(const struct tn_hv_frame *frame)
{
    if (TN_HV_SMP) {
        tn_hv_cpus_if_ending();
    }
    if (CONFIG_FIQ > 0 && frame->kind == HV_KIND_FIQ) {
        tn_hv_fiq(frame);
    }
    if (CONFIG_LIFE > 0 && tn_hv_life_exit(frame->kind)) {
        tn_hv_resume(frame);
    }

    struct cause cause = frame->kind == HV_KIND_GUEST ? cause_at_el1() : cause_at_el2(frame->kind);
    end(&cause, frame, overflowed(&cause) ? "stack overflow" : reason_text(&cause));
}

void tn_hv_panic(const struct tn_hv_frame *frame)
{
    struct cause cause = cause_at_el2(frame->kind);

    cause.sp = tn_sysreg_read(sp_el0);
    if (tn_hv_is_native() && cause.pc - HV_VA_IMAGE >= HV_BLOCK) {
        tn_hv_text("\nnative: program \"");
        tn_hv_text(tn_hv_partition.name);
        tn_hv_text("\" fault: ");
        print_cause(&cause, frame, overflowed(&cause) ? "stack overflow" : reason_text(&cause));
    } else {
        tn_hv_text("\nmortise: panic: ");
        print_cause(&cause, frame, reason_text(&cause));
    }
    tn_hv_stop();
}
