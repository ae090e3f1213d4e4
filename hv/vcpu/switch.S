/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one instance's EL2 to another's: stacks and tables lie at the same virtual addresses, text
 * is mapped in both at the same place, so that the fetch goes on across the change of TTBR0_EL2.
 *
 * EL2 has no ASIDs without VHE: what the TLB has of the old address space goes with TLBI ALLE2 of
 * this CPU.  Between the two ISBs nothing but the text, the same in both, is accessed.
 */

        .macro  leave sp_at
        stp     x29, x30, [sp, #-96]!
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        mov     x9, sp
        str     x9, [\sp_at]
        .endm

        .macro  change ttbr
        dsb     ish                     /* our stores to tables that we have made are visible */
        msr     ttbr0_el2, \ttbr
        isb
        tlbi    alle2
        dsb     nsh
        isb
        .endm

/* void tn_vcpu_switch(uint64_t *sp, uint64_t ttbr, uint64_t to_sp) */
        .section .text.tn_vcpu_switch, "ax", %progbits
        .globl  tn_vcpu_switch
        .type   tn_vcpu_switch, %function
tn_vcpu_switch:
        leave   x0
        change  x1
        mov     sp, x2
        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     x29, x30, [sp], #96
        ret

/* void tn_vcpu_switch_new(uint64_t *sp, uint64_t ttbr, uint64_t x0, uint64_t base, uint64_t bss) */
        .section .text.tn_vcpu_switch_new, "ax", %progbits
        .globl  tn_vcpu_switch_new
        .type   tn_vcpu_switch_new, %function
tn_vcpu_switch_new:
        leave   x0
        change  x1
        mov     x0, x2
        mov     x1, x3
        mov     x2, x4
        b       at_virtual

/*
 * X a, b for each pair of registers that a guest can change, or Mortise for it.  Left out is what no
 * guest here can change or use: debug registers (debug.c), implementation-defined ones (trapped),
 * MPIDR and MIDR (the CPU's own, instances see them as they are).
 */
        .macro  pairs X
        \X      elr_el2, spsr_el2
        \X      hcr_el2, sctlr_el1
        \X      actlr_el1, cpacr_el1
        \X      ttbr0_el1, ttbr1_el1
        \X      tcr_el1, mair_el1
        \X      amair_el1, vbar_el1
        \X      contextidr_el1, tpidr_el1
        \X      tpidr_el0, tpidrro_el0
        \X      sp_el0, sp_el1
        \X      elr_el1, spsr_el1
        \X      esr_el1, far_el1
        \X      afsr0_el1, afsr1_el1
        \X      par_el1, csselr_el1
        \X      cntkctl_el1, cnthctl_el2
        \X      vttbr_el2, mdcr_el2
        .endm

        .macro  store_pair a, b
        mrs     x1, \a
        mrs     x2, \b
        stp     x1, x2, [x0], #16
        .endm

        .macro  fetch_pair a, b
        ldp     x1, x2, [x0], #16
        msr     \a, x1
        msr     \b, x2
        .endm

/* void tn_vcpu_store(uint64_t *words), void tn_vcpu_fetch(const uint64_t *words) */
        .section .text.tn_vcpu_store, "ax", %progbits
        .globl  tn_vcpu_store
        .type   tn_vcpu_store, %function
tn_vcpu_store:
        pairs   store_pair
        ret

        .section .text.tn_vcpu_fetch, "ax", %progbits
        .globl  tn_vcpu_fetch
        .type   tn_vcpu_fetch, %function
tn_vcpu_fetch:
        pairs   fetch_pair
        ret

        .arch_extension fp
        .arch_extension simd
/* void tn_vcpu_fp_store(uint64_t *area), void tn_vcpu_fp_fetch(const uint64_t *area) */
        .section .text.tn_vcpu_fp_store, "ax", %progbits
        .globl  tn_vcpu_fp_store
        .type   tn_vcpu_fp_store, %function
tn_vcpu_fp_store:
        stp     q0, q1, [x0], #32
        stp     q2, q3, [x0], #32
        stp     q4, q5, [x0], #32
        stp     q6, q7, [x0], #32
        stp     q8, q9, [x0], #32
        stp     q10, q11, [x0], #32
        stp     q12, q13, [x0], #32
        stp     q14, q15, [x0], #32
        stp     q16, q17, [x0], #32
        stp     q18, q19, [x0], #32
        stp     q20, q21, [x0], #32
        stp     q22, q23, [x0], #32
        stp     q24, q25, [x0], #32
        stp     q26, q27, [x0], #32
        stp     q28, q29, [x0], #32
        stp     q30, q31, [x0], #32
        mrs     x1, fpcr
        mrs     x2, fpsr
        stp     x1, x2, [x0]
        ret

        .section .text.tn_vcpu_fp_fetch, "ax", %progbits
        .globl  tn_vcpu_fp_fetch
        .type   tn_vcpu_fp_fetch, %function
tn_vcpu_fp_fetch:
        ldp     q0, q1, [x0], #32
        ldp     q2, q3, [x0], #32
        ldp     q4, q5, [x0], #32
        ldp     q6, q7, [x0], #32
        ldp     q8, q9, [x0], #32
        ldp     q10, q11, [x0], #32
        ldp     q12, q13, [x0], #32
        ldp     q14, q15, [x0], #32
        ldp     q16, q17, [x0], #32
        ldp     q18, q19, [x0], #32
        ldp     q20, q21, [x0], #32
        ldp     q22, q23, [x0], #32
        ldp     q24, q25, [x0], #32
        ldp     q26, q27, [x0], #32
        ldp     q28, q29, [x0], #32
        ldp     q30, q31, [x0], #32
        ldp     x1, x2, [x0]
        msr     fpcr, x1
        msr     fpsr, x2
        ret
