/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moving FP/SIMD registers between the unit and a struct tn_ectx (x0), whose layout around.c
 * checks.  In: x0.  Out: nothing.  Clobbers x0..x2.
 */
#define FPCR 16
#define V 32

        .macro  function name
        .section .text.\name, "ax", %progbits
        .globl  \name
        .type   \name, %function
\name:
        .endm

/* void tn_ectx_save_full(struct tn_ectx *state); v0..v31, FPCR, FPSR */
        function tn_ectx_save_full
        stp     q0, q1, [x0, #V + 0]
        stp     q2, q3, [x0, #V + 32]
        stp     q4, q5, [x0, #V + 64]
        stp     q6, q7, [x0, #V + 96]
        stp     q8, q9, [x0, #V + 128]
        stp     q10, q11, [x0, #V + 160]
        stp     q12, q13, [x0, #V + 192]
        stp     q14, q15, [x0, #V + 224]
        stp     q16, q17, [x0, #V + 256]
        stp     q18, q19, [x0, #V + 288]
        stp     q20, q21, [x0, #V + 320]
        stp     q22, q23, [x0, #V + 352]
        stp     q24, q25, [x0, #V + 384]
        stp     q26, q27, [x0, #V + 416]
        stp     q28, q29, [x0, #V + 448]
        stp     q30, q31, [x0, #V + 480]
        mrs     x1, fpcr
        mrs     x2, fpsr
        stp     x1, x2, [x0, #FPCR]
        ret

/* void tn_ectx_load_full(const struct tn_ectx *state); */
        function tn_ectx_load_full
        ldp     q0, q1, [x0, #V + 0]
        ldp     q2, q3, [x0, #V + 32]
        ldp     q4, q5, [x0, #V + 64]
        ldp     q6, q7, [x0, #V + 96]
        ldp     q8, q9, [x0, #V + 128]
        ldp     q10, q11, [x0, #V + 160]
        ldp     q12, q13, [x0, #V + 192]
        ldp     q14, q15, [x0, #V + 224]
        ldp     q16, q17, [x0, #V + 256]
        ldp     q18, q19, [x0, #V + 288]
        ldp     q20, q21, [x0, #V + 320]
        ldp     q22, q23, [x0, #V + 352]
        ldp     q24, q25, [x0, #V + 384]
        ldp     q26, q27, [x0, #V + 416]
        ldp     q28, q29, [x0, #V + 448]
        ldp     q30, q31, [x0, #V + 480]
        ldp     x1, x2, [x0, #FPCR]
        msr     fpcr, x1
        msr     fpsr, x2
        ret

/* void tn_ectx_save_part(struct tn_ectx *state); d8..d15, FPCR: what a callee preserves */
        function tn_ectx_save_part
        stp     d8, d9, [x0, #V + 0]
        stp     d10, d11, [x0, #V + 16]
        stp     d12, d13, [x0, #V + 32]
        stp     d14, d15, [x0, #V + 48]
        mrs     x1, fpcr
        mrs     x2, fpsr
        stp     x1, x2, [x0, #FPCR]
        ret

/* void tn_ectx_load_part(const struct tn_ectx *state); */
        function tn_ectx_load_part
        ldp     d8, d9, [x0, #V + 0]
        ldp     d10, d11, [x0, #V + 16]
        ldp     d12, d13, [x0, #V + 32]
        ldp     d14, d15, [x0, #V + 48]
        ldp     x1, x2, [x0, #FPCR]
        msr     fpcr, x1
        msr     fpsr, x2
        ret
