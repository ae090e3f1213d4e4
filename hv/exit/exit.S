/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from the exception vectors (hv/mortise/vectors.S) to C and back: all general registers
 * are stored, so that a handler may read and write any of them.
 */
#include <tn/hv/exit.h>
#include <tn/hv/report.h>

#define ESR_EC_SHIFT 26

/* In the hole before `report`: there is room for a branch. */
        .section .hv.exit, "ax", %progbits
        b       exit_entry

/*
 * exit_entry: x16, x17 saved at the stack pointer, the upper half of struct tn_hv_frame; w17 =
 * kind.  Calls the handler of `exit_handlers` with the frame and ESR_EL2, and
 * void exit_unhandled(frame, esr) where there is none or it says no; returns to the guest.
 */
        .section .text.exit_entry, "ax", %progbits
exit_entry:
        store_frame
        mrs     x19, esr_el2            /* kept: others may have exits before the handler is done */
        adrp    x2, exit_handlers
        add     x2, x2, :lo12:exit_handlers
        cbnz    w17, other_kind
        ubfx    x17, x19, #ESR_EC_SHIFT, #6
handle: ldr     x2, [x2, x17, lsl #3]
        mov     x0, sp
        mov     x1, x19
        cbz     x2, unhandled
        blr     x2
        tbz     w0, #0, unhandled
restore:
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

other_kind:
        add     x17, x17, #HV_EXIT_KIND(0)
        b       handle

unhandled:
        mov     x0, sp
        mov     x1, x19
        bl      exit_unhandled
        b       restore
