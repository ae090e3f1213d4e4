/* SPDX-License-Identifier: Apache-2.0 */
/* void tn_hv_clear_fp(void): clobbers x9 and every FP register. */
        .arch_extension fp
        .arch_extension simd
        .section .text.tn_hv_clear_fp, "ax", %progbits
        .globl  tn_hv_clear_fp
        .type   tn_hv_clear_fp, %function
tn_hv_clear_fp:
        mov     x9, #0x32ff             /* RES1: nothing traps */
        msr     cptr_el2, x9
        isb
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movi    v\n\().2d, #0
        .endr
        .irp    n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        movi    v\n\().2d, #0
        .endr
        msr     fpcr, xzr
        msr     fpsr, xzr
        ret
