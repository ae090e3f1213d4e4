/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception vectors over GICv3's system-register interface (Arm IHI 0069, section 12.2): group 1,
 * priority drop and deactivation in one (EOImode 0).
 */
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1

        .macro  irq_acknowledge
        mrs     x0, ICC_IAR1_EL1
        .endm

        .macro  irq_number
        .endm

        .macro  irq_end
        msr     ICC_EOIR1_EL1, x0
        .endm

#include <tn/vectors.h>
