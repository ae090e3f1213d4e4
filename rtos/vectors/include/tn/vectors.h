/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tenon's exception vectors (assembly).  Who includes this has defined three macros that
 * differ between interrupt controllers:
 *
 *   irq_acknowledge   leaves in x0 what irq_end wants back; may use x1
 *   irq_number        makes the INTID of x0
 *   irq_end           ends the interrupt whose irq_acknowledge result is in x0; may use x1
 *
 * Threads run on SP_EL1, handlers on SP_EL0 (docs/tenon.md).  An interrupt frame holds what a C
 * function may clobber, ELR and SPSR because handlers are interrupted, too, and x0 of
 * irq_acknowledge.
 */
/* clang-format off */
#ifndef TN_VECTORS_H
#define TN_VECTORS_H

#ifdef __ASSEMBLER__

#include <tn/irq_frame.h>
#include <tn/irqtable.h>

#define ESR_EC_SHIFT 26
#define EC_DATA_ABORT 0x25 /* of EL1 */
#define LAST_STACK 1024

/* Interrupts masked: nothing comes between ELR_EL1 and the ERET. */
        .macro  pop_frame
        ldp     x2, x3, [sp, #FRAME_RETURN]
        msr     elr_el1, x2
        msr     spsr_el1, x3
        pop_registers
        eret
        .endm

/*
 * Acknowledge, remember, let more urgent interrupts in, call the handler.  The controller's
 * running priority lets only those in. 
 * `special`: where to go with INTIDs that tn/irqtable.h says.
 */
        .macro  handle stack:req, special:req
        irq_acknowledge
        mrs     x2, elr_el1
        mrs     x3, spsr_el1
        stp     x2, x3, [sp, #FRAME_RETURN]
#if CONFIG_TN_FP
        mrs     x2, cpacr_el1           /* a handler's FP access traps (rtos/ectx) */
        stp     x0, x2, [sp, #FRAME_IRQ]
        msr     cpacr_el1, xzr
        isb
#else
        str     x0, [sp, #FRAME_IRQ]
#endif
        irq_number
        .if     \stack
        msr     spsel, #0
        .endif
        tbnz    w0, #TN_IRQ_SPECIAL_BIT, \special
        adrp    x1, tn_irq_table        /* page-aligned */
#if TN_IRQ_SPECIAL_BIT == 8
        add     x1, x1, w0, uxtb #4
#else
        add     x1, x1, x0, lsl #4
#endif
        ldp     x2, x0, [x1]
        msr     daifclr, #2
        blr     x2
        msr     daifset, #2
        .endm

        .macro  restore_unit
#if CONFIG_TN_FP
        ldr     x2, [sp, #FRAME_IRQ + 8]
        msr     cpacr_el1, x2
#endif
        .endm

/* End the interrupt of this frame; the FP unit is as it was before. */
        .macro  end
#if CONFIG_TN_FP
        ldp     x0, x2, [sp, #FRAME_IRQ]
        msr     cpacr_el1, x2
#else
        ldr     x0, [sp, #FRAME_IRQ]
#endif
        irq_end
        .endm

/* An exception that ends the image; tn_fault(vector, frame), on the interrupt stack. */
        .macro  fault number:req
        .balign 128
        msr     spsel, #0
        push_frame
        mov     x0, #\number
        mov     x1, sp
        b       tn_fault
        .endm

        .section .text.tn_vectors, "ax", %progbits
        .balign 2048
        .globl  tn_vectors
        .type   tn_vectors, %function
tn_vectors:
        .balign 128                     /* synchronous exception of a handler: SP_EL0, too */
#if CONFIG_TN_STACK_GUARD
        stp     x0, x1, [sp, #-16]!     /* of the thread's stack */
        mrs     x0, esr_el1
        lsr     x0, x0, #ESR_EC_SHIFT
        cmp     x0, #EC_DATA_ABORT
        b.eq    .Lhandler_abort
        ldp     x0, x1, [sp], #16
#endif
        msr     spsel, #0
        push_frame
        mrs     x0, esr_el1
        mov     x1, sp
        bl      tn_sync_handler
        b       .Lsync_handler_return

        .balign 128                     /* interrupt of a handler: SP_EL1 stays as it is */
        msr     spsel, #0
        push_frame
        b       .Lnested

        fault   2
        fault   3

        .balign 128                     /* synchronous exception of a thread */
        msr     spsel, #0
        push_frame
        mrs     x0, esr_el1
        mov     x1, sp
        bl      tn_sync
        b       .Lsync_return

        .balign 128                     /* interrupt of a thread */
        push_frame
        handle  1, .Lspecial
        b       .Lreturn

        fault   6
        fault   7
        fault   8
        fault   9
        fault   10
        fault   11
        fault   12
        fault   13
        fault   14
        fault   15

        .balign 128
.Lreturn:
        msr     spsel, #1
        end
#if CONFIG_CPUS > 1
        mrs     x1, tpidrro_el0         /* struct tn_cpu */
        ldr     w1, [x1]
#else
        adrp    x1, tn_resched
        ldr     w1, [x1, #:lo12:tn_resched]
#endif
        cbnz    w1, .Lreschedule
.Lpop:
        pop_frame

.Lreschedule:
        bl      tn_irq_reschedule       /* not 0: again */
        cbnz    w0, .Lreschedule
        b       .Lpop

.Lnested:
        handle  0, .Lspecial_nested
.Lreturn_nested:
        end
        b       .Lpop

/* Nothing was pending any more, or a line that is looked up with care. */
.Lspecial:
        bl      tn_irq_special
        msr     daifset, #2
        cbnz    w0, .Lreturn
        msr     spsel, #1
        restore_unit
        b       .Lpop

.Lspecial_nested:
        bl      tn_irq_special
        msr     daifset, #2
        cbnz    w0, .Lreturn_nested
        restore_unit
        b       .Lpop

/* tn_sync() has dealt with it; ELR and SPSR are as they were: it lets no interrupt in. */
.Lsync_return:
        pop_registers
        msr     spsel, #1
        eret

/*
 * The handler goes on with the FP unit and with interrupts masked.  The interrupted thread's
 * registers are in memory: its frame, the one at SP_EL1, says now that the unit is closed.
 */
.Lsync_handler_return:
        mrs     x0, spsr_el1
        orr     x0, x0, #0x80
        msr     spsr_el1, x0
        msr     spsel, #1
        str     xzr, [sp, #FRAME_IRQ + 8]
        msr     spsel, #0
        pop_registers
        eret

#if CONFIG_TN_STACK_GUARD
/*
 * It may be the interrupt stack that has no room left: the report has a stack of its own, for
 * good.  TPIDR_EL0, which is the thread's, holds x0 meanwhile.
 */
.Lhandler_abort:
        ldp     x0, x1, [sp], #16
        msr     tpidr_el0, x0
        adrp    x0, last_stack + LAST_STACK
        add     x0, x0, :lo12:last_stack + LAST_STACK
        msr     sp_el0, x0
        mrs     x0, tpidr_el0
        msr     spsel, #0
        push_frame
        mov     x0, #0
        mov     x1, sp
        b       tn_fault
#endif
        .size   tn_vectors, . - tn_vectors

#if CONFIG_TN_STACK_GUARD
        .local  last_stack
        .comm   last_stack, LAST_STACK, 16
#endif

#endif
#endif
