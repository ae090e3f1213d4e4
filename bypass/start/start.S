/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a bypass partition's first instruction to main().  The entry branch, the layout table
 * and the arguments come from templates/bypass-start.S.j2, addresses from
 * templates/partition.ld.j2.  Entered at EL1 with stage-1 translation off, everything masked.
 */

#include <tn/abi/hypercall.h>
#include <tn/run_program.h>

/* void tn_boot(void): never returns. */
        .section .tn.boot, "ax", %progbits
        .globl  tn_boot
        .type   tn_boot, %function
tn_boot:
        mov     x1, #3 << 20            /* CPACR_EL1.FPEN: FP and SIMD are the program's */
        msr     cpacr_el1, x1
        adrp    x1, __image_start
        msr     vbar_el1, x1
        isb                             /* FP from here on */

        run_program
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
