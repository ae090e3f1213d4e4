/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel that masks everything by priority, sees that it does, and hangs.  GICC: of a GICv2. */
        .global start
start:
#ifdef GICC
        ldr     x2, =GICC
        str     wzr, [x2, #4]           /* GICC_PMR */
        str     wzr, [x2]               /* GICC_CTLR */
        ldr     w1, [x2, #4]
        cbnz    w1, wrong
#else
        mov     x0, #1
        msr     S3_0_C12_C12_5, x0      /* ICC_SRE_EL1 */
        isb
        mov     x0, #0x60
        msr     S3_0_C4_C6_0, x0        /* ICC_PMR_EL1 */
        mrs     x1, S3_0_C4_C6_0
        cmp     x0, x1
        b.ne    wrong
        msr     S3_0_C4_C6_0, xzr
        mrs     x1, S3_0_C4_C6_0
        cbnz    x1, wrong
#endif
        msr     daifset, #15
hang:
        b       hang
wrong:
        hvc     #1
