/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an interrupt vector that calls C saves, of a program without a kernel and of Tenon:
 *
 *   sp + 0    x0..x17    + 144  x18, x30    + 160  ELR, SPSR    + 176  two words, acknowledge first
 *
 * Assembly only.
 */
/* clang-format off */
#ifndef TN_IRQ_FRAME_H
#define TN_IRQ_FRAME_H
#ifdef __ASSEMBLER__

#define IRQ_FRAME 192
#define FRAME_RETURN 160 /* ELR, SPSR */
#define FRAME_IRQ 176

        .macro  push_frame
        stp     x0, x1, [sp, #-IRQ_FRAME]!
        stp     x2, x3, [sp, #16]
        stp     x4, x5, [sp, #32]
        stp     x6, x7, [sp, #48]
        stp     x8, x9, [sp, #64]
        stp     x10, x11, [sp, #80]
        stp     x12, x13, [sp, #96]
        stp     x14, x15, [sp, #112]
        stp     x16, x17, [sp, #128]
        stp     x18, x30, [sp, #144]
        .endm

        .macro  pop_registers
        ldp     x18, x30, [sp, #144]
        ldp     x16, x17, [sp, #128]
        ldp     x14, x15, [sp, #112]
        ldp     x12, x13, [sp, #96]
        ldp     x10, x11, [sp, #80]
        ldp     x8, x9, [sp, #64]
        ldp     x6, x7, [sp, #48]
        ldp     x4, x5, [sp, #32]
        ldp     x2, x3, [sp, #16]
        ldp     x0, x1, [sp], #IRQ_FRAME
        .endm

#endif
#endif
