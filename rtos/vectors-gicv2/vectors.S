/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception vectors over GICv2's CPU interface (Arm IHI 0048B, 4.4.4 and 4.4.5).  What was
 * acknowledged of a software-generated interrupt has its sender above the INTID, and the end
 * wants it back; the table is looked up by the INTID alone.
 */
#include <tn/board.h>

#define GICC_IAR 12
#define GICC_EOIR 16

        .macro  gicc
        mov     x1, #TN_BOARD_GICC_BASE & 0xffff0000
        .if     TN_BOARD_GICC_BASE & 0xffff
        movk    x1, #TN_BOARD_GICC_BASE & 0xffff
        .endif
        .endm

        .macro  irq_acknowledge
        gicc
        ldr     w0, [x1, #GICC_IAR]
        .endm

        .macro  irq_number
        and     w0, w0, #0x3ff
        .endm

        .macro  irq_end
        gicc
        str     w0, [x1, #GICC_EOIR]
        .endm

#include <tn/vectors.h>
