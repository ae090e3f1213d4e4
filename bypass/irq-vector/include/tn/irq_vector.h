/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupt vector of a bypass program, for the file of each GIC version, which first
 * defines three macros, whose arguments are numbers of registers.  Assembly only.
 *
 *   gic_ack    to, scratch         to = interrupt acknowledge register
 *   gic_index  table, acknowledge  table += 16 * INTID, which is below 512
 *   gic_end    from, scratch       end the interrupt that was acknowledged with `from`
 *
 * TPIDR_EL1 holds the handler table (bypass/irq/irq.c).  A handler is a C function; what it must
 * preserve is preserved by itself, so that the frame (<tn/irq_frame.h>) has what AAPCS64 lets it
 * destroy.
 *
 * ELR and SPSR are there because a handler may trap: FP and SIMD registers are not in the
 * frame.  Access to them is off in a handler; the first one traps, and only then all of them are
 * saved, once, and restored on the way out.  (The upper halves of v8..v15 are the interrupted
 * program's and no callee preserves them, so all 32 are.)  That costs a handler without FP six
 * instructions instead of thirty-six.  The end of interrupt comes last: a level-triggered line
 * that the handler has just quieted is not taken for a new interrupt.
 */
#ifndef TN_IRQ_VECTOR_H
#define TN_IRQ_VECTOR_H
#ifdef __ASSEMBLER__ /* clang-format off */

#include <tn/irq_frame.h>

#define EC_FP 0x07

/* The exception level's registers, and its way to close the FP unit: CPACR_EL1.FPEN is 0, or
   CPTR_EL2.TFP is 1. */
#if CONFIG_NATIVE
#define ELR elr_el2
#define SPSR spsr_el2
#define ESR esr_el2
#define FP_CONTROL cptr_el2
#define FP_OPEN 0x33ff
#define FP_CLOSED_BIT 10
        .macro  fp_close scratch
        mov     \scratch, #FP_OPEN | 1 << FP_CLOSED_BIT
        msr     cptr_el2, \scratch
        .endm
        .macro  if_fp_open scratch, target
        tbz     \scratch, #FP_CLOSED_BIT, \target
        .endm
#else
#define ELR elr_el1
#define SPSR spsr_el1
#define ESR esr_el1
#define FP_CONTROL cpacr_el1
#define FP_OPEN (3 << 20)
        .macro  fp_close scratch
        msr     cpacr_el1, xzr
        .endm
        .macro  if_fp_open scratch, target
        cbnz    \scratch, \target
        .endm
#endif

        /* 22 instructions to the handler's first one. */
        .section .tn.vector.irq, "ax", %progbits
        push_frame
        mrs     x2, ELR
        mrs     x3, SPSR
        stp     x2, x3, [sp, #FRAME_RETURN]
        gic_ack 0, 1
        str     x0, [sp, #FRAME_IRQ]
        fp_close x1
        isb                             /* or the first FP instructions would not trap */
        tbnz    x0, #9, other           /* 512 and above: special numbers and a slower way */
        mrs     x1, tpidr_el1
        gic_index 1, 0
        ldp     x2, x0, [x1]
        blr     x2

handled:                                /* 20 instructions from here */
        ldr     x0, [sp, #FRAME_IRQ]
        gic_end 0, 1
finish:
        mrs     x1, FP_CONTROL
        if_fp_open x1, restore_fp
finish_general:
        mov     x1, #FP_OPEN
        msr     FP_CONTROL, x1
        ldp     x2, x3, [sp, #FRAME_RETURN]
        msr     ELR, x2
        msr     SPSR, x3
        pop_registers
        eret

        /* Comes before the vector's default, which takes every other exception for a fault. */
        .section .tn.vector.sync, "ax", %progbits
        msr     tpidrro_el0, x0         /* nobody else uses it */
        mrs     x0, ESR
        lsr     x0, x0, #26
        cmp     x0, #EC_FP
        b.eq    save_fp
        mrs     x0, tpidrro_el0         /* a report shall see the registers as they were */

        .text
        /* bool tn_irq_other(uint32_t acknowledge): whether there is an interrupt to end. */
other:
        bl      tn_irq_other
        cbnz    w0, handled
        b       finish

        .macro  fp_registers op, base
        \op     q0, q1, [\base, #0]
        \op     q2, q3, [\base, #32]
        \op     q4, q5, [\base, #64]
        \op     q6, q7, [\base, #96]
        \op     q8, q9, [\base, #128]
        \op     q10, q11, [\base, #160]
        \op     q12, q13, [\base, #192]
        \op     q14, q15, [\base, #224]
        \op     q16, q17, [\base, #256]
        \op     q18, q19, [\base, #288]
        \op     q20, q21, [\base, #320]
        \op     q22, q23, [\base, #352]
        \op     q24, q25, [\base, #384]
        \op     q26, q27, [\base, #416]
        \op     q28, q29, [\base, #448]
        \op     q30, q31, [\base, #480]
        .endm

        /* Trapped in a handler; x0 is in TPIDRRO_EL0.  The ERET runs the instruction again. */
save_fp:
        mov     x0, #FP_OPEN
        msr     FP_CONTROL, x0
        isb
        adrp    x0, fp_area
        add     x0, x0, :lo12:fp_area
        fp_registers stp, x0
        str     x1, [x0, #528]
        mrs     x1, fpsr
        str     x1, [x0, #512]
        mrs     x1, fpcr
        str     x1, [x0, #520]
        ldr     x1, [x0, #528]
        mrs     x0, tpidrro_el0
        eret

restore_fp:
        adrp    x0, fp_area
        add     x0, x0, :lo12:fp_area
        fp_registers ldp, x0
        ldr     x1, [x0, #512]
        ldr     x2, [x0, #520]
        msr     fpsr, x1
        msr     fpcr, x2
        b       finish_general

        /* One is enough: handlers do not nest. */
        .bss
        .balign 16
fp_area:
        .zero   544

#endif
#endif
