/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a native program's first instruction to main() where Mortise has set EL2 up, and its
 * exceptions.  hv/native enters with everything masked, EL2h, and VBAR_EL2 at the program's start.
 */
#include <tn/abi/native.h>
#include <tn/run_program.h>

/* void tn_boot(void): never returns. */
        .section .tn.boot, "ax", %progbits
        .globl  tn_boot
        .type   tn_boot, %function
tn_boot:
        run_program
        .size   tn_boot, . - tn_boot

/* Exceptions that nobody handles, of Mortise's functions too while the program calls them. */
        .macro  fault_vector name, kind
        .section .tn.vector.\name\().default, "ax", %progbits
        msr     tpidr_el2, x0
        mov     x0, #\kind
        msr     far_el1, x0             /* EL1 does not exist on this CPU */
        movz    x0, #TN_NATIVE_FAULT & 0xffff
        movk    x0, #TN_NATIVE_FAULT >> 16, lsl #16
        br      x0
        .endm

        fault_vector sync, 0
        fault_vector irq, 1
        fault_vector serror, 3
