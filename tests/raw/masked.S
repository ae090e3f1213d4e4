/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel that masks everything by priority, sees that it does, and hangs; GICv3. */
        .global start
start:
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
        msr     daifset, #15
hang:
        b       hang
wrong:
        hvc     #1
