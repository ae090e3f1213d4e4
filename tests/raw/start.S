/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel of our own for mode raw: entered at its first byte with x0 = device tree, MMU off.  Vectors
 * for exceptions of EL1 with SP_EL1; others end the test.  CPUs that are switched on begin at
 * `secondary` with x0 = their stack.
 */
        .section .start, "ax", %progbits
        .globl  start
start:
        mov     x19, x0
        adrp    x1, stack
        add     x1, x1, :lo12:stack
        add     sp, x1, #4096
        bl      open_vectors
        mov     x0, x19
        bl      guest
0:      b       0b

        .globl  secondary
secondary:
        mov     sp, x0
        bl      open_vectors
        bl      second
0:      b       0b

open_vectors:
        adrp    x1, vectors
        add     x1, x1, :lo12:vectors
        msr     vbar_el1, x1
        isb
        ret

        .balign 2048
vectors:
        .rept   4
        .balign 128
        b       bad
        .endr
        .balign 128
        b       sync_entry
        .balign 128
        b       irq_entry
        .rept   6
        .balign 128
        b       bad
        .endr
        .balign 128
        b       program_ends
        .rept   3
        .balign 128
        b       bad
        .endr

        .macro  enter function
        stp     x0, x1, [sp, #-192]!
        stp     x2, x3, [sp, #16]
        stp     x4, x5, [sp, #32]
        stp     x6, x7, [sp, #48]
        stp     x8, x9, [sp, #64]
        stp     x10, x11, [sp, #80]
        stp     x12, x13, [sp, #96]
        stp     x14, x15, [sp, #112]
        stp     x16, x17, [sp, #128]
        stp     x18, x29, [sp, #144]
        str     x30, [sp, #160]
        bl      \function
        ldr     x30, [sp, #160]
        ldp     x18, x29, [sp, #144]
        ldp     x16, x17, [sp, #128]
        ldp     x14, x15, [sp, #112]
        ldp     x12, x13, [sp, #96]
        ldp     x10, x11, [sp, #80]
        ldp     x8, x9, [sp, #64]
        ldp     x6, x7, [sp, #48]
        ldp     x4, x5, [sp, #32]
        ldp     x2, x3, [sp, #16]
        ldp     x0, x1, [sp], #192
        eret
        .endm

sync_entry:
        enter   on_sync
irq_entry:
        enter   on_irq
bad:
        bl      on_bad

/*
 * uint64_t run_program(void): an AArch32 program at EL0, interrupts masked, that waits for one by an
 * instruction of 16 bits, and calls.  Returns the exception that ends it, ESR_EL1.
 */
        .globl  run_program
run_program:
        stp     x29, x30, [sp, #-96]!
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        adr     x0, program
        msr     elr_el1, x0
        mrs     x0, sctlr_el1
        orr     x0, x0, #1 << 16        /* nTWI: WFI is the program's */
        msr     sctlr_el1, x0
        mov     x0, #0x1f0              /* user mode, T32, all masked */
        msr     spsr_el1, x0
        eret
program:
        .hword  0xbf30                  /* wfi */
        .hword  0xdf00                  /* svc */
        .hword  0xde00, 0xde00          /* udf */
program_ends:
        mrs     x0, esr_el1
        ldp     x27, x28, [sp, #80]
        ldp     x25, x26, [sp, #64]
        ldp     x23, x24, [sp, #48]
        ldp     x21, x22, [sp, #32]
        ldp     x19, x20, [sp, #16]
        ldp     x29, x30, [sp], #96
        ret

        .bss
        .balign 16
stack:  .skip   4096
