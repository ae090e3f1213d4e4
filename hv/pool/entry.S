/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An interrupt on a CPU of a pool: no handler wants the guest's registers, so that only those are
 * saved that a call may change.  Others lie on the stack as soon as C uses them, and
 * tn_vcpu_switch() leaves them there.
 */
#include <tn/hv/report.h>

#define HALF (HV_FRAME_SIZE / 2)
#define MORE 32 /* that the upper half of a frame, where the vector starts, has no room for */

        .section .hv.irq, "ax", %progbits
        b       irq_entry

/* irq_entry: x16, x17 saved at the stack pointer.  Calls void pool_irq(void). */
        .section .text.irq_entry, "ax", %progbits
irq_entry:
        stp     x18, x30, [sp, #16]
        stp     x0, x1, [sp, #32]
        stp     x2, x3, [sp, #48]
        stp     x4, x5, [sp, #64]
        stp     x6, x7, [sp, #80]
        stp     x8, x9, [sp, #96]
        stp     x10, x11, [sp, #112]
        stp     x12, x13, [sp, #-MORE]!
        stp     x14, x15, [sp, #16]
        bl      pool_irq
        ldp     x14, x15, [sp, #16]
        ldp     x12, x13, [sp], #MORE
        ldp     x10, x11, [sp, #112]
        ldp     x8, x9, [sp, #96]
        ldp     x6, x7, [sp, #80]
        ldp     x4, x5, [sp, #64]
        ldp     x2, x3, [sp, #48]
        ldp     x0, x1, [sp, #32]
        ldp     x18, x30, [sp, #16]
        ldp     x16, x17, [sp], #HALF
        eret
