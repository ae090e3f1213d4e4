/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first instructions of the program's other CPUs.  In: x0 = physical address of a struct entry
 * (start.c); EL2 or EL1 as the first CPU, MMU and caches off, everything else unknown.
 */
#include <tn/bare_el.h>
#include <tn/board.h>

#define CURRENT_EL2 (2 << 2)

        .section .text.tn_smp_entry, "ax", %progbits
        .globl  tn_smp_entry
        .type   tn_smp_entry, %function
tn_smp_entry:
        msr     daifset, #15
        msr     spsel, #1
        ldp     x1, x2, [x0]            /* mair, tcr */
        ldp     x3, x20, [x0, #16]      /* ttbr, sctlr */
        ldp     x4, x19, [x0, #32]      /* vectors, arrive */
        ldp     x21, x22, [x0, #48]     /* stack, number */
        msr     mair_el1, x1
        msr     tcr_el1, x2
        msr     ttbr0_el1, x3
        msr     cpacr_el1, xzr
        mrs     x9, CurrentEL
        cmp     x9, #CURRENT_EL2
        b.eq    0f

        /* As in rtos/bare-boot: the fetch behind the MMU's start faults to vectors + 0x200. */
        msr     vbar_el1, x4
        tlbi    vmalle1
        ic      iallu
        dsb     nsh
        isb
        msr     sctlr_el1, x20
        isb
1:      b       1b

0:      enter_el1 x19, x20

        .section .text.tn_smp_vectors, "ax", %progbits
        .balign 2048
        .globl  tn_smp_vectors
tn_smp_vectors:
        .skip   0x200
        .globl  tn_smp_arrive
        .type   tn_smp_arrive, %function
tn_smp_arrive:
        msr     spsel, #1
        mov     sp, x21
        mov     x0, x22
        mov     x29, #0                 /* the last frame of a backtrace */
        bl      tn_kernel_join
