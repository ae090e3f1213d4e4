/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance of a pool between labels at which the counting plugin reads its counters
 * (tools/bench/bench).  Without an argument it is the one that is measured; with one it is its
 * neighbour, which spins, with two one that sleeps.  A few of each; the figure is the worst.
 */
#include <tn/abi/hypercall.h>
#include <tn/board.h>

#define TIMES 8
#define NEAR 1000 /* ticks until a timer is due */

#define GICC_IAR 0xc
#define GICC_EOIR 0x10
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ISR_I 7

/* x0 = number of the timer's interrupt, which is ended when its level is gone.  Clobbers x1. */
        .macro  taken
#if TN_BOARD_GICR_SIZE
        mrs     x0, ICC_IAR1_EL1
        dsb     sy
        msr     cntv_ctl_el0, xzr
        isb
        msr     ICC_EOIR1_EL1, x0
        isb
#else
        ldr     x1, =TN_BOARD_GICC_BASE
        ldr     w0, [x1, #GICC_IAR]
        msr     cntv_ctl_el0, xzr
        isb
        str     w0, [x1, #GICC_EOIR]
        and     w0, w0, #0x3ff
#endif
        .endm

/* Sleep until `part` of the first second; clobbers x0, x1. */
        .macro  sleep part
        mrs     x1, cntfrq_el0
        lsr     x1, x1, #\part
        ldr     w0, =TN_HC_SCHED_SLEEP
        hvc     #0
        .endm

        .macro  arm
        mov     x0, #NEAR
        msr     cntv_tval_el0, x0
        mov     x0, #1
        msr     cntv_ctl_el0, x0
        isb
        .endm

        .text
        .globl main
/* int main(int argc); clobbers as the AAPCS64 allows */
main:   stp     x29, x30, [sp, #-32]!
        str     x19, [sp, #16]
        cmp     w0, #2
        b.gt    asleep
        b.eq    spin
        ldr     w0, =TN_HC_IRQ_ENABLE
        mov     x1, #TN_BOARD_TIMER_VIRT_IRQ
        hvc     #0
        cbnz    x0, 9f
        sleep   5
        mov     w19, #TIMES

        .globl bench_timer, bench_timer_end
1:      arm
bench_timer:
        nop
2:      mrs     x0, isr_el1
        tbz     x0, #ISR_I, 2b
        taken
bench_timer_end:
        cmp     w0, #TN_BOARD_TIMER_VIRT_IRQ
        b.ne    9f

        arm
        .globl bench_wfi, bench_wfi_end
bench_wfi:
        wfi
        taken
bench_wfi_end:
        cmp     w0, #TN_BOARD_TIMER_VIRT_IRQ
        b.ne    9f

        ldr     w0, =TN_HC_SCHED_YIELD
        .globl bench_yield, bench_yield_end
bench_yield:
        hvc     #0
bench_yield_end:
        cbnz    x0, 9f
        subs    w19, w19, #1
        b.ne    1b
        b       8f

asleep: sleep   4
        b       8f

spin:   sleep   6
        mrs     x1, cntfrq_el0
        lsr     x1, x1, #4
3:      mrs     x0, cntvct_el0
        cmp     x0, x1
        b.lo    3b

8:      mov     w0, #0
        b       10f
9:      mov     w0, #1                  /* something did not do what it should */
10:     ldr     x19, [sp, #16]
        ldp     x29, x30, [sp], #32
        ret
