/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupt vector with GICv2: GICC_IAR and GICC_EOIR (Arm IHI 0048B, 4.4) through the
 * mapped CPU interface.  For an SGI, bits 12:10 of the acknowledge say who sent it; they are no
 * part of the number, but the end of interrupt wants them back.
 */
#include <tn/board.h>

#define GICC_IAR 0x0c
#define GICC_EOIR 0x10

        .macro  gic_ack to, scratch
        ldr     x\scratch, =TN_BOARD_GICC_BASE
        ldr     w\to, [x\scratch, #GICC_IAR]
        .endm

        .macro  gic_index table, acknowledge
        ubfiz   x\acknowledge, x\acknowledge, #4, #9
        add     x\table, x\table, x\acknowledge
        .endm

        .macro  gic_end from, scratch
        ldr     x\scratch, =TN_BOARD_GICC_BASE
        str     w\from, [x\scratch, #GICC_EOIR]
        .endm

#include <tn/irq_vector.h>
