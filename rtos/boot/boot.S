/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a Tenon program's first instruction on its own addresses to main().  Addresses come from
 * templates/partition.ld.j2, arguments from the start template.  Entered at EL1, everything
 * masked: by Mortise, or by bare/start.
 */
        .macro  address reg, symbol
        adrp    \reg, \symbol
        add     \reg, \reg, :lo12:\symbol
        .endm

/*
 * void tn_boot(void): never returns.  General registers only: the floating-point unit is the
 * threads' matter.  The linker script makes the copy a multiple of 16 and the clearing of 64
 * bytes, and .bss follow .data.
 */
        .section .tn.boot, "ax", %progbits
        .globl  tn_boot
        .type   tn_boot, %function
tn_boot:
        msr     spsel, #1
        adrp    x0, __stack_top         /* page-aligned, and where .data begins */
        mov     sp, x0

        address x1, __data_load
        address x2, __data_end
        b       1f
0:      ldp     x3, x4, [x1], #16
        stp     x3, x4, [x0], #16
1:      cmp     x0, x2
        b.lo    0b

        address x2, __bss_end
        b       1f
0:      stp     xzr, xzr, [x0], #16
        stp     xzr, xzr, [x0], #16
        stp     xzr, xzr, [x0], #16
        stp     xzr, xzr, [x0], #16
1:      cmp     x0, x2
        b.lo    0b

        mov     x29, #0                 /* the last frame of a backtrace */
        bl      tn_kernel_init

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

/* Where the MMU goes on at EL1 (rtos/bare-boot) the fetch behind faults to here. */
        .section .tn.vector.sync, "ax", %progbits
        b       tn_boot
