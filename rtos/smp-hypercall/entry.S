/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first instructions of the program's other CPUs on Mortise, at the program's own addresses:
 * there is no stage 1, and memory is cacheable from here on.  In: x0 = struct entry (start.c).
 */
        .section .text.tn_smp_entry, "ax", %progbits
        .globl  tn_smp_entry
        .type   tn_smp_entry, %function
tn_smp_entry:
        msr     daifset, #15
        msr     spsel, #1
        ldp     x9, x0, [x0]            /* stack, number */
        mov     sp, x9
        mov     x29, #0                 /* the last frame of a backtrace */
        bl      tn_kernel_join
