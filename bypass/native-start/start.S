/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a native program's first instruction on its own addresses to main(), and its exceptions.
 * hv/native-boot has set EL2 up; the entry branch is VBAR_EL2 + 0, where its last fetch faults to.
 * The linker script (templates/partition.ld.j2) puts the vectors of EL2h where a partition has
 * those of EL1h.
 */
#include <tn/run_program.h>

/* void tn_boot(void): never returns. */
        .section .tn.boot, "ax", %progbits
        .globl  tn_boot
        .type   tn_boot, %function
tn_boot:
        msr     spsel, #1
        run_program
        .size   tn_boot, . - tn_boot

/* Exceptions that nobody handles; x0 goes to TPIDR_EL2, which has no other use. */
        .macro  fault_vector name, kind
        .section .tn.vector.\name\().default, "ax", %progbits
        msr     tpidr_el2, x0
        mov     x0, #\kind
        b       native_fault
        .endm

        fault_vector sync, 0
        fault_vector irq, 1
        fault_vector serror, 3

/*
 * x0 = kind.  The stack may be what is at fault, so that the registers go to a place of their own
 * and the report begins at the top of the program's stack, which nobody will need any more.
 */
        .text
        .type   native_fault, %function
native_fault:
        msr     far_el1, x0             /* EL1 does not exist here */
        address x0, native_frame
        stp     x2, x3, [x0, #16]
        stp     x4, x5, [x0, #32]
        stp     x6, x7, [x0, #48]
        stp     x8, x9, [x0, #64]
        stp     x10, x11, [x0, #80]
        stp     x12, x13, [x0, #96]
        stp     x14, x15, [x0, #112]
        stp     x16, x17, [x0, #128]
        stp     x18, x19, [x0, #144]
        stp     x20, x21, [x0, #160]
        stp     x22, x23, [x0, #176]
        stp     x24, x25, [x0, #192]
        stp     x26, x27, [x0, #208]
        stp     x28, x29, [x0, #224]
        mov     x2, sp
        stp     x30, x2, [x0, #240]
        mrs     x2, tpidr_el2
        stp     x2, x1, [x0]
        mrs     x1, far_el1
        adrp    x2, __stack_top
        mov     sp, x2
        mov     x29, #0
        bl      native_report
        .size   native_fault, . - native_fault

        .bss
        .balign 16
native_frame:
        .zero   256
