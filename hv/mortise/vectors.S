/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception vectors of EL2.  The table begins with the image itself: its first four entries, for
 * EL2t, hold the Image header and the start code (start.S says why the first is right there).
 * Each entry from 0x200 on is a section, .hv.vector.<offset>; what is left of its 128 bytes is a
 * hole, into which the linker script puts other code by name, .hv.hole.<name>: 0x800 bytes are
 * a fifth of Mortise.  The linker refuses what does not fit.
 */
#include <tn/abi/hypercall.h>
#include <tn/hv/dispatch.h>
#include <tn/hv/report.h>
#include <tn/psci.h>

/* ESR_EL2: HVC from AArch64 with immediate 0; exception class and immediate. */
#define ESR_HVC_0 0x5a000000
#define ESR_EC_SHIFT 26
#define EC_HVC 0x16
#define EC_SMC 0x17
#define ESR_IMMEDIATE 0xffff

#define SPSR_SS (1 << 21)

#define PSCI_IDS 32

/* Arm DEN0028, 7.2: the one general function that there must be. */
#define SMCCC_VERSION 0x80000000
#define SMCCC_1_1 0x10001

/* The upper half of a guest's frame, where the vector starts, is x16..x30 and the kind. */
#define HALF (HV_FRAME_SIZE / 2)

        .macro  vector offset
        .section .hv.vector.\offset, "ax", %progbits
        .endm

        .macro  hole name
        .section .hv.hole.\name, "ax", %progbits
        .endm

/*
 * From EL2 itself: Mortise's own mistake.  x0 goes to TPIDR_EL2, which has no other use, the
 * kind to FAR_EL1: no guest will run any more.
 */
        .macro  panic_vector offset, kind
        vector  \offset
        msr     tpidr_el2, x0
        mov     x0, #\kind
        b       panic_entry
        .endm

/* As panic_vector, with room for a branch of hv/hc-device, .hv.fixup, where that is linked. */
        vector  200
        msr     tpidr_el2, x0
        hole    panic_sync
        mov     x0, #HV_KIND_SYNC
        b       panic_entry
        panic_vector 280, HV_KIND_IRQ
        panic_vector 300, HV_KIND_FIQ
        panic_vector 380, HV_KIND_SERROR

/*
 * Synchronous, from a guest.  What follows is counted: 29 instructions and the function's for a
 * hypercall, 34 for PSCI.  x16 and x17 go to their places in the frame that a report would use;
 * the rest of its upper half serves for the other registers that a function may clobber.
 * SP_EL2 + HALF is the hypercall table.
 */
        vector  400
        stp     x16, x17, [sp, #-HALF]!
        mrs     x16, esr_el2
        mov     w17, #ESR_HVC_0
        cmp     w16, w17
        b.ne    not_hvc_0
        take_call not_ours
        save_call sp
        find_group HALF
call:                                   /* w16 = function, x17 = functions, x18 = count, refusal */
        call_function refuse
restore:
        restore_call
        ldp     x16, x17, [sp], #HALF
        eret

        .macro  guest_vector offset, kind
        vector  \offset
        stp     x16, x17, [sp, #-HALF]!
        mov     w17, #\kind
        b       other_exit
        .endm

/* As guest_vector, with room for a branch of hv/pool, .hv.irq, where that is linked. */
        vector  480
        stp     x16, x17, [sp, #-HALF]!
        mov     w17, #HV_KIND_IRQ
        hole    irq_rest
        b       other_exit

/* Not one of our identifiers: PSCI's, 32 and 64 bits, or unknown. */
        hole    not_ours
not_ours:
        and     w16, w0, #~TN_PSCI_64
        mov     w17, #TN_PSCI_BASE
        sub     w16, w16, w17
        cmp     w16, #PSCI_IDS
        b.hs    unknown
        save_call sp
        ldp     x17, x18, [sp, #HALF + HV_HC_PSCI_SLOT * HV_HC_SLOT_SIZE]
        b       call
unknown:
        mov     w16, #SMCCC_VERSION
        cmp     w0, w16
        mov     x0, #TN_HC_NOT_SUPPORTED
        mov     w16, #SMCCC_1_1
        csel    x0, x16, x0, eq
        ldp     x16, x17, [sp], #HALF
        eret

        guest_vector 500, HV_KIND_FIQ

        hole    refuse
refuse:
        asr     x0, x18, #32
        b       restore

        guest_vector 580, HV_KIND_SERROR

/* w16 = ESR_EL2: another HVC, an SMC, or a fault. */
        hole    not_hvc_0
not_hvc_0:
        lsr     w17, w16, #ESR_EC_SHIFT
        cmp     w17, #EC_SMC
        b.eq    smc
        cmp     w17, #EC_HVC
        mov     w17, #HV_KIND_SYNC
        b.ne    other_exit
        and     w16, w16, #ESR_IMMEDIATE
        cmp     w16, #TN_HVC_FAULT
        b.ne    unknown
        mov     w17, #HV_KIND_GUEST
        b       other_exit              /* hv/exit: a kernel's call is another thing */
smc:
        /* An SMC that is trapped has not been executed: its return address is its own. */
        mrs     x17, elr_el2
        add     x17, x17, #4
        msr     elr_el2, x17
        mrs     x17, spsr_el2
        and     x17, x17, #~SPSR_SS     /* a debugger has stepped over it */
        msr     spsr_el2, x17
        tst     w16, #ESR_IMMEDIATE
        b.eq    not_ours                /* PSCI, as some guests are told to call it */
        b       unknown

        guest_vector 600, HV_KIND_SYNC

/*
 * other_exit: x16, x17 saved, w17 = kind.  Falls through: to .hv.exit, a branch of hv/exit where
 * that is linked, else to report.
 */
        hole    other_exit
other_exit:

/*
 * report: the same.  Completes struct hv_frame.
 */
        hole    report
report:
        store_frame
        mov     x0, sp
        b       tn_hv_guest_fault

        guest_vector 680, HV_KIND_IRQ

/*
 * panic_entry: TPIDR_EL2 = x0, x0 = kind.  The stack pointer may be what is wrong, so the frame
 * goes to the top of the stack, which nobody will return to.  VMPIDR_EL2 is never 0 otherwise:
 * a panic inside a panic finds it 0 and stops.
 */
        hole    panic_entry
        .globl  panic_entry             /* hv/native, hv/hc-device */
panic_entry:
        msr     far_el1, x0
        mrs     x0, vmpidr_el2
        cbz     x0, tn_psci_system_off
        msr     vmpidr_el2, xzr
        mov     x0, sp
        msr     sp_el0, x0
        adrp    x0, __hv_stack_top - HV_FRAME_SIZE
        add     x0, x0, :lo12:__hv_stack_top - HV_FRAME_SIZE
        mov     sp, x0
        stp     x16, x17, [sp, #HALF]
        mrs     x17, far_el1
        mrs     x0, tpidr_el2
        stp     x0, x1, [sp, #0]
        stp     x2, x3, [sp, #16]
        b       panic_rest

        guest_vector 700, HV_KIND_FIQ

        hole    panic_rest
panic_rest:
        store_frame_rest
        mov     x0, sp
        b       tn_hv_panic

        guest_vector 780, HV_KIND_SERROR
