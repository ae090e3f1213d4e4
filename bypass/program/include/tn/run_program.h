/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the top of a stack to main() and to exit().  Assembly only: the start of each exception
 * level has the CPU ready, FP included, and ends with `run_program`.
 */
/* clang-format off */
#ifndef TN_RUN_PROGRAM_H
#define TN_RUN_PROGRAM_H
#ifdef __ASSEMBLER__

/* Symbols are in reach of one instruction pair each. */
        .macro  address reg, symbol
        adrp    \reg, \symbol
        add     \reg, \reg, :lo12:\symbol
        .endm

/*
 * Straight-line but for its three loops; the linker script makes the copy a multiple of 16 and the
 * clearing of 64 bytes, and .bss follow .data.
 */
        .macro  run_program
        adrp    x0, __stack_top         /* page-aligned, and where .data begins */
        mov     sp, x0
        address x1, __tls_pointer
        msr     tpidr_el0, x1

        address x1, __data_load
        address x2, __data_end
        b       1f
0:      ldr     q0, [x1], #16
        str     q0, [x0], #16
1:      cmp     x0, x2
        b.lo    0b

        address x2, __bss_end
        movi    v0.2d, #0
        b       1f
0:      stp     q0, q0, [x0], #32
        stp     q0, q0, [x0], #32
1:      cmp     x0, x2
        b.lo    0b

        mov     x29, #0                 /* the last frame of a backtrace */
        address x19, __init_array_start
        address x20, __init_array_end
        b       1f
0:      ldr     x0, [x19], #8
        blr     x0
1:      cmp     x19, x20
        b.lo    0b

        mov     x0, #:abs_g0:tn_argc
        address x1, tn_argv
        bl      main
        bl      exit
        .endm

#endif
#endif
