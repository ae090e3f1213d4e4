/* SPDX-License-Identifier: Apache-2.0 */
/*
 * void hv_launch(uint64_t x0): the last instructions before a guest's first.  Does not return: the
 * stack is empty again, its top is what the vectors expect, and no general register but x0
 * carries anything into the guest.  FP registers are left alone: Mortise never puts anything in them.
 * The ERET synchronises the context, so that the system registers just written need no ISB.
 */
        .section .hv.hole.launch, "ax", %progbits
        .globl  hv_launch
        .type   hv_launch, %function
hv_launch:
        adrp    x1, __hv_stack_top
        add     x1, x1, :lo12:__hv_stack_top
        mov     sp, x1
        .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        mov     x\n, xzr
        .endr
        b       launch_rest             /* a hole holds 29 instructions */

        .section .hv.hole.launch_rest, "ax", %progbits
launch_rest:
        .irp    n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        mov     x\n, xzr
        .endr
        eret
