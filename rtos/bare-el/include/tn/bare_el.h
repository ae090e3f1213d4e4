/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaving EL2 for good: everything of EL1 is EL1's own, and what it reads of the CPU is real.  For
 * the boot code, which runs on the first CPU, and for the start of the others.
 */
/* clang-format off */
#ifndef TN_BARE_EL_H
#define TN_BARE_EL_H

#ifdef __ASSEMBLER__

#include <tn/board.h>

#define HCR_RW (1 << 31)
#define CPTR_EL2_RES1 0x33ff
#define CNTHCTL_OPEN 3
#define ICC_SRE_EL2 S3_4_C12_C9_5
#define ICC_SRE_OPEN 0xf
#define SPSR_EL1H_MASKED 0x3c5

        .macro  load32 reg, value
        movz    \reg, #(\value) & 0xffff
        movk    \reg, #(\value) >> 16 & 0xffff, lsl #16
        .endm

/*
 * Go to \entry at EL1, with \sctlr in SCTLR_EL1: the translation registers are set, and what the
 * TLB and the instruction cache have is forgotten.  Registers other than x9 arrive there.
 */
        .macro  enter_el1 entry:req, sctlr:req
        load32  x9, HCR_RW
        msr     hcr_el2, x9
        mov     x9, #CPTR_EL2_RES1
        msr     cptr_el2, x9
        msr     hstr_el2, xzr
        mov     x9, #CNTHCTL_OPEN
        msr     cnthctl_el2, x9
        msr     cntvoff_el2, xzr
        mrs     x9, pmcr_el0            /* all counters are EL1's */
        ubfx    x9, x9, #11, #5
        msr     mdcr_el2, x9
        mrs     x9, midr_el1
        msr     vpidr_el2, x9
        mrs     x9, mpidr_el1
        msr     vmpidr_el2, x9
        .if     TN_BOARD_GICR_BASE
        mov     x9, #ICC_SRE_OPEN
        msr     ICC_SRE_EL2, x9
        .endif
        msr     sctlr_el1, \sctlr
        mov     x9, #SPSR_EL1H_MASKED
        msr     spsr_el2, x9
        msr     elr_el2, \entry
        tlbi    alle1
        ic      iallu
        dsb     nsh
        isb
        eret
        .endm

#endif
#endif
