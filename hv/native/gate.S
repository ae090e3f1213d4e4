/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a program at EL2 calls Mortise: tn/abi/native.h.  HVC is no way, since from EL2 it goes to
 * the program's own vectors and takes ELR_EL2 and SPSR_EL2 of an interrupt handler that executes it.
 * The stack is this CPU's, empty as at an exit of a guest; what is saved and called is what
 * hv/mortise/vectors.S saves and calls.
 */
#include <tn/abi/hypercall.h>
#include <tn/abi/native.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/report.h>

#define HC_GROUP_SHIFT 8
#define HC_IDS (TN_HC_GROUPS << HC_GROUP_SHIFT)
#define HALF (HV_FRAME_SIZE / 2)

        .section .hv.gate, "ax", %progbits
        b       gate                    /* TN_NATIVE_GATE */
        mrs     x0, far_el1             /* TN_NATIVE_FAULT */
        b       panic_entry

/* In, out and clobbers: tn/abi/native.h.  An interrupt before the mask may come this way, too. */
        .text
        .type   gate, %function
gate:
        mrs     x17, daif
        msr     daifset, #15
        adrp    x16, __hv_stack_top - HALF
        add     x16, x16, :lo12:__hv_stack_top - HALF
        stp     x1, x2, [x16, #16]
        stp     x3, x4, [x16, #32]
        stp     x5, x6, [x16, #48]
        stp     x7, x8, [x16, #64]
        stp     x18, x30, [x16, #80]
        mov     x1, sp
        stp     x1, x17, [x16]
        ldr     x1, [x16, #16]
        mov     sp, x16
        mov     w17, #TN_HC_BASE
        sub     w16, w0, w17
        cmp     w16, #HC_IDS
        b.hs    unknown
        lsr     w17, w16, #HC_GROUP_SHIFT
        add     x17, sp, w17, uxtw #4
        ldp     x17, x18, [x17, #HALF + HV_HC_FIRST_SLOT * HV_HC_SLOT_SIZE]
        and     w16, w16, #(1 << HC_GROUP_SHIFT) - 1
        cmp     w16, w18
        b.hs    refuse_call
        ldr     x17, [x17, w16, uxtw #3]
        blr     x17
leave:
        ldp     x18, x30, [sp, #80]
        ldp     x7, x8, [sp, #64]
        ldp     x5, x6, [sp, #48]
        ldp     x3, x4, [sp, #32]
        ldp     x1, x2, [sp, #16]
        ldp     x16, x17, [sp]
        mov     sp, x16
        msr     daif, x17
        ret
unknown:
        mov     x0, #TN_HC_NOT_SUPPORTED
        b       leave
refuse_call:
        asr     x0, x18, #32
        b       leave
        .size   gate, . - gate
