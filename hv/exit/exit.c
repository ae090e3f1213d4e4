/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an exit to its handler by one indexed load.  Each CPU's table holds what its partition has
 * the capability for.
 */
#include <tn/hv/exit.h>

#include <tn/abi/cap.h>
#include <tn/abi/hypercall.h>
#include <tn/hv/cpus.h>
#include <tn/hv/life.h>
#include <tn/hv/partition.h>
#include <tn/sysreg.h>

#define ESR_EC(esr) ((unsigned)((esr) >> 26 & 0x3f))
#define ESR_CLASS(ec) ((uint64_t)(ec) << 26)
#define EC_SAME_EL 1u         /* added to an abort's class: taken from the EL that takes it */
#define STATUS_EXTERNAL 0x10u /* synchronous external abort */
#define ISS_WRITE (1u << 6)

#define SPSR_MODE 0xfu
#define SPSR_AARCH32 0x10u
#define SPSR_EL1H 0x5u
#define SPSR_EL1T 0x4u
#define SPSR_EL1H_MASKED 0x3c5u
#define SPSR_SSBS (1ull << 12)
#define SPSR_SS (1ull << 21)
#define SPSR_PAN (1ull << 22)
#define SPSR_DIT (1ull << 24)

#define SCTLR_SPAN (1ull << 23)
#define SCTLR_DSSBS (1ull << 44)
#define VECTOR_SP0 0x000u /* offsets in the vector table: where the exception comes from */
#define VECTOR_SPX 0x200u
#define VECTOR_EL0 0x400u
#define VECTOR_EL0_32 0x600u
#define VECTOR_TABLE 0x800u

extern const struct tn_hv_exit __hv_exits[], __hv_exits_end[];

/* By class and kind; exit.S goes through it. */
extern tn_hv_exit_fn *exit_handlers[HV_EXITS];
tn_hv_exit_fn *exit_handlers[HV_EXITS];

/* Called by exit.S alone: an exit that nobody of the table has handled. */
void exit_unhandled(struct tn_hv_frame *frame, uint64_t esr);

/*
 * An AArch32 program of a kernel's may have an instruction of 16 bits: ESR_EL2.IL.  One that a
 * debugger steps over has been executed (Arm ARM D2.12).
 */
void tn_hv_skip(uint64_t esr)
{
    uint64_t spsr = tn_sysreg_read(spsr_el2);

    if (spsr & SPSR_SS) {
        tn_sysreg_write(spsr_el2, spsr & ~SPSR_SS);
    }
    tn_sysreg_write(elr_el2, tn_sysreg_read(elr_el2) + 2 + (esr >> 24 & 2));
}

/*
 * PSTATE behind an exception at EL1 (Arm ARM D1.10).  Of what a CPU does not have SPAN is 1, the
 * others 0.
 */
static uint64_t taken(uint64_t spsr)
{
    uint64_t sctlr = tn_sysreg_read(sctlr_el1);

    return SPSR_EL1H_MASKED | (spsr & (SPSR_PAN | SPSR_DIT)) | (sctlr & SCTLR_SPAN ? 0 : SPSR_PAN) |
           (sctlr & SCTLR_DSSBS ? SPSR_SSBS : 0);
}

/* The guest takes a synchronous exception at EL1. */
static void inject(uint64_t esr)
{
    uint64_t spsr = tn_sysreg_read(spsr_el2);
    uint64_t vector = tn_sysreg_read(vbar_el1);

    switch (spsr & SPSR_MODE) {
    case SPSR_EL1H:
        vector += VECTOR_SPX;
        break;
    case SPSR_EL1T:
        vector += VECTOR_SP0;
        break;
    default:
        vector += spsr & SPSR_AARCH32 ? VECTOR_EL0_32 : VECTOR_EL0;
        break;
    }
    tn_sysreg_write(elr_el1, tn_sysreg_read(elr_el2));
    tn_sysreg_write(spsr_el1, spsr);
    tn_sysreg_write(esr_el1, esr);
    tn_sysreg_write(elr_el2, vector);
    tn_sysreg_write(spsr_el2, taken(spsr));
}

void tn_hv_inject_undefined(void)
{
    inject(HV_ESR_LONG);
}

/*
 * What a board does where there is nothing: a synchronous external abort.  A guest that has no
 * vectors, or cannot run them, ends: its own record of the abort is then the one to report.
 */
static bool inject_abort(struct tn_hv_frame *frame, unsigned class, uint64_t esr)
{
    bool user = (tn_sysreg_read(spsr_el2) & SPSR_MODE) == 0;

    if (tn_sysreg_read(elr_el2) - tn_sysreg_read(vbar_el1) < VECTOR_TABLE) {
        if (class == HV_EC_INSTRUCTION_ABORT) {
            tn_hv_skip(esr); /* as if the vector had called */
            frame->kind = HV_KIND_GUEST;
        }
        return false;
    }
    tn_sysreg_write(far_el1, tn_sysreg_read(far_el2));
    inject(ESR_CLASS(class + (user ? 0 : EC_SAME_EL)) | HV_ESR_LONG | STATUS_EXTERNAL |
           (class == HV_EC_DATA_ABORT ? esr & ISS_WRITE : 0));
    return true;
}

/* Registers that Mortise keeps to itself do not exist for a kernel, neither does other memory. */
static bool inject_for(struct tn_hv_frame *frame, uint64_t esr)
{
    unsigned class = ESR_EC(esr);

    if (TN_HV_SMP) {
        tn_hv_cpus_if_ending();
    }

    if (class == HV_EC_INSTRUCTION_ABORT || class == HV_EC_DATA_ABORT) {
        return inject_abort(frame, class, esr);
    }
    /* Whatever else traps is an instruction: a program of the kernel's must not end it by one. */
    tn_hv_inject_undefined();
    return true;
}

void exit_unhandled(struct tn_hv_frame *frame, uint64_t esr)
{
    if (CONFIG_LIFE > 0 && tn_hv_life_exit(frame->kind)) {
        return;
    }
    if (frame->kind == HV_KIND_SYNC && tn_hv_has_cap(TN_CAP_STAGE1) && inject_for(frame, esr)) {
        return;
    }
    tn_hv_guest_fault(frame);
}

/* TN_HVC_FAULT is our runtimes' word; to a kernel it is a call that nobody knows. */
static bool on_call(struct tn_hv_frame *frame, uint64_t esr)
{
    (void)esr;
    frame->x[0] = (uint64_t)TN_HC_NOT_SUPPORTED;
    return true;
}

TN_HV_EXIT(call, HV_EXIT_KIND(HV_KIND_GUEST), TN_CAP_VGIC, on_call);

static void start(const struct tn_hv_boot *boot)
{
    (void)boot;
    for (const struct tn_hv_exit *exit = __hv_exits; exit < __hv_exits_end; exit++) {
        if (tn_hv_has_cap(exit->cap)) {
            exit_handlers[exit->index] = exit->function;
        }
    }
}

TN_HV_START(start);
