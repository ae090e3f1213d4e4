/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a bypass partition's first instruction to main().  The entry branch, the layout table
 * and the arguments come from templates/bypass-start.S.j2, addresses from
 * templates/partition.ld.j2.  Entered at EL1 with stage-1 translation off, everything masked.
 */

#include <tn/abi/hypercall.h>

/* Symbols are in reach of one instruction pair each. */
        .macro  address reg, symbol
        adrp    \reg, \symbol
        add     \reg, \reg, :lo12:\symbol
        .endm

/*
 * void tn_boot(void): never returns.  Straight-line but for its three loops; the linker script
 * makes the copy a multiple of 16 and the clearing of 64 bytes, and .bss follow .data.
 */
        .section .tn.boot, "ax", %progbits
        .globl  tn_boot
        .type   tn_boot, %function
tn_boot:
        adrp    x0, __stack_top         /* page-aligned, and where .data begins */
        mov     sp, x0
        mov     x1, #3 << 20            /* CPACR_EL1.FPEN: FP and SIMD are the program's */
        msr     cpacr_el1, x1
        adrp    x1, __image_start
        msr     vbar_el1, x1
        address x1, __tls_pointer
        msr     tpidr_el0, x1
        isb                             /* FP from here on */

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
        .size   tn_boot, . - tn_boot

/*
 * Exceptions that nobody handles: Mortise reports the registers as they are and stops the
 * partition (tn/abi/hypercall.h, TN_HVC_FAULT).  It does not return.
 */
        .macro  fault_vector name
        .section .tn.vector.\name\().default, "ax", %progbits
        hvc     #TN_HVC_FAULT
        .endm

        fault_vector sync
        fault_vector irq
        fault_vector serror
