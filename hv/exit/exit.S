/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from the exception vectors (hv/mortise/vectors.S) to C and back: all general registers
 * are stored, so that a handler may read and write any of them.
 */
#include <tn/hv/report.h>

/* In the hole before `report`: there is room for a branch. */
        .section .hv.exit, "ax", %progbits
        b       exit_entry

/*
 * exit_entry: x16, x17 saved at the stack pointer, the upper half of struct tn_hv_frame; w17 =
 * kind.  Calls void tn_hv_exit(struct tn_hv_frame *frame) and returns to the guest.
 */
        .section .text.exit_entry, "ax", %progbits
exit_entry:
        store_frame
        mov     x0, sp
        bl      tn_hv_exit
        ldr     x30, [sp, #240]
        ldp     x28, x29, [sp, #224]
        ldp     x26, x27, [sp, #208]
        ldp     x24, x25, [sp, #192]
        ldp     x22, x23, [sp, #176]
        ldp     x20, x21, [sp, #160]
        ldp     x18, x19, [sp, #144]
        ldp     x16, x17, [sp, #128]
        ldp     x14, x15, [sp, #112]
        ldp     x12, x13, [sp, #96]
        ldp     x10, x11, [sp, #80]
        ldp     x8, x9, [sp, #64]
        ldp     x6, x7, [sp, #48]
        ldp     x4, x5, [sp, #32]
        ldp     x2, x3, [sp, #16]
        ldp     x0, x1, [sp], #HV_FRAME_SIZE
        eret
