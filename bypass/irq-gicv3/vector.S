/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupt vector with GICv3: Group 1 registers (Arm IHI 0069, 12.2).  Reading ICC_IAR1_EL1
 * with interrupts masked is self-synchronising, no barrier is needed.
 */
        .macro  gic_ack to, scratch
        mrs     x\to, S3_0_C12_C12_0     /* ICC_IAR1_EL1 */
        .endm

        .macro  gic_index table, acknowledge
        add     x\table, x\table, x\acknowledge, lsl #4
        .endm

        .macro  gic_end from, scratch
        msr     S3_0_C12_C12_1, x\from   /* ICC_EOIR1_EL1 */
        .endm

#include <tn/irq_vector.h>
