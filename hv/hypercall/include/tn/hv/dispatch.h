/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hypercall from the registers that a caller has to the function and back, for those who take
 * one: the vector of a guest's HVC (hv/mortise) and the gate of a program at EL2 (hv/native).
 * Assembly only.
 */
/* clang-format off */
#ifndef TN_HV_DISPATCH_H
#define TN_HV_DISPATCH_H
#ifdef __ASSEMBLER__

#include <tn/abi/hypercall.h>
#include <tn/hv/hypercall.h>

#define HC_GROUP_SHIFT 8
#define HC_IDS (TN_HC_GROUPS << HC_GROUP_SHIFT)

/*
 * What a function may clobber (tn_hc_fn: x9..x15 are not among it), but x0, x16 and x17, from
 * [base, #16] on.
 */
        .macro  save_call base
        stp     x1, x2, [\base, #16]
        stp     x3, x4, [\base, #32]
        stp     x5, x6, [\base, #48]
        stp     x7, x8, [\base, #64]
        stp     x18, x30, [\base, #80]
        .endm

        .macro  restore_call
        ldp     x18, x30, [sp, #80]
        ldp     x7, x8, [sp, #64]
        ldp     x5, x6, [sp, #48]
        ldp     x3, x4, [sp, #32]
        ldp     x1, x2, [sp, #16]
        .endm

/* w16 = identifier - TN_HC_BASE; `other` where that is not one of a group's. */
        .macro  take_call other
        mov     w17, #TN_HC_BASE
        sub     w16, w0, w17
        cmp     w16, #HC_IDS
        b.hs    \other                  /* below TN_HC_BASE it is a large number */
        .endm

/* Of w16 its function in w16, its group's functions in x17, and their count and refusal in x18.
   The table is `room` above the stack pointer. */
        .macro  find_group room
        lsr     w17, w16, #HC_GROUP_SHIFT
        add     x17, sp, w17, uxtw #4
        ldp     x17, x18, [x17, #\room + HV_HC_FIRST_SLOT * HV_HC_SLOT_SIZE]
        and     w16, w16, #(1 << HC_GROUP_SHIFT) - 1
        .endm

/* The result is in x0; `refuse` where the group has no such function. */
        .macro  call_function refuse
        cmp     w16, w18
        b.hs    \refuse
        ldr     x17, [x17, w16, uxtw #3]
        blr     x17
        .endm

#endif
#endif
