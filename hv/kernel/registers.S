/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What C has no loop for: registers whose number is in the instruction.  At EL2, nothing traps.  The
 * ERET to the guest synchronises them.
 */

/*
 * void hv_kernel_reset_points(unsigned breakpoints, unsigned watchpoints): the first so many, 1..16
 * each; two instructions for one.  Clobbers x2.
 */
        .section .text.hv_kernel_reset_points, "ax", %progbits
        .globl  hv_kernel_reset_points
        .type   hv_kernel_reset_points, %function
hv_kernel_reset_points:
        adr     x2, 1f
        sub     x2, x2, w0, uxtw #3
        br      x2
        .irp    n, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0
        msr     dbgbcr\n\()_el1, xzr
        msr     dbgbvr\n\()_el1, xzr
        .endr
1:      adr     x2, 2f
        sub     x2, x2, w1, uxtw #3
        br      x2
        .irp    n, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0
        msr     dbgwcr\n\()_el1, xzr
        msr     dbgwvr\n\()_el1, xzr
        .endr
2:      ret

/*
 * void hv_kernel_reset_debug(void): the OS lock first, as a reset leaves it, since only under it
 * MDSCR_EL1 takes the flags of the debug channel (Arm ARM D13.3.20).  The channel's own two words,
 * OSECCR_EL1, DBGPRCR_EL1 and the claim tags, which mean nothing without a debugger, are left: QEMU
 * 7.2 does not have them.
 * Clobbers x0.
 */
        .section .text.hv_kernel_reset_debug, "ax", %progbits
        .globl  hv_kernel_reset_debug
        .type   hv_kernel_reset_debug, %function
hv_kernel_reset_debug:
        msr     osdlr_el1, xzr
        mov     x0, #1
        msr     oslar_el1, x0
        isb
        msr     mdscr_el1, xzr
        msr     mdccint_el1, xzr
        ret

/* void hv_kernel_reset_keys(void): APIA, APIB, APDA, APDB, APGA, two halves each. */
        .section .text.hv_kernel_reset_keys, "ax", %progbits
        .globl  hv_kernel_reset_keys
        .type   hv_kernel_reset_keys, %function
hv_kernel_reset_keys:
        .irp    n, 1_0, 1_1, 1_2, 1_3, 2_0, 2_1, 2_2, 2_3, 3_0, 3_1
        msr     S3_0_C2_C\n, xzr
        .endr
        ret
