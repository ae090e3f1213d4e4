/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a program at EL2 calls Mortise: tn/abi/native.h.  HVC is no way, since from EL2 it goes to
 * the program's own vectors and takes ELR_EL2 and SPSR_EL2 of an interrupt handler that executes it.
 * The stack is this CPU's, empty as at an exit of a guest.
 */
#include <tn/abi/native.h>
#include <tn/hv/dispatch.h>
#include <tn/hv/report.h>

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
        save_call x16
        mov     x30, sp
        stp     x30, x17, [x16]
        mov     sp, x16
        take_call unknown
        find_group HALF
        call_function refuse_call
leave:
        restore_call
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
