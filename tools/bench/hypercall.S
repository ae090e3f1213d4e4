/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercalls between labels at which the counting plugin reads its counters (tools/bench/bench).
 * A few of each, since only the first could find something cold; the figure is the worst.
 */
#include <tn/abi/hypercall.h>
#include <tn/board.h>

#define PSCI_VERSION 0x84000000
#define TIMES 8

#define GICD_TYPER 0x4
#define GICD_ISENABLER1 0x104
#define GICD_SGIR 0xf00
#define SGIR_SELF (2 << 24)
#define GICC_IAR 0xc
#define GICC_EOIR 0x10
#define ICC_SGI1R_EL1 S3_0_C12_C11_5
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define SGI 1
#define SPI_BIT 2 /* of interrupt 34, which the manifest gives */

/* Take what is pending and end it; x0 = its number.  Clobbers x1. */
        .macro  take
#if TN_BOARD_GICR_SIZE
        mrs     x0, ICC_IAR1_EL1
        dsb     sy
        msr     ICC_EOIR1_EL1, x0
        isb
#else
        ldr     x1, =TN_BOARD_GICC_BASE
        ldr     w0, [x1, #GICC_IAR]
        str     w0, [x1, #GICC_EOIR]
        and     w0, w0, #0x3ff
#endif
        .endm

        .text
        .globl main
/* int main(void); clobbers as the AAPCS64 allows */
main:   stp     x29, x30, [sp, #-32]!
        str     x19, [sp, #16]
        mov     w19, #TIMES

1:      ldr     w0, =PSCI_VERSION
        .globl bench_psci, bench_psci_end
bench_psci:
        hvc     #0
bench_psci_end:
        cmp     w0, #0
        b.lt    2f

        ldr     w0, =TN_HC_IRQ_ENABLE
        mov     x1, #0                  /* SGI 0 of this CPU */
        .globl bench_cheap, bench_cheap_end
bench_cheap:
        hvc     #0
bench_cheap_end:
        cbnz    x0, 2f

        ldr     w0, =TN_HC(TN_HC_GROUPS - 1, 0)
        .globl bench_unknown, bench_unknown_end
bench_unknown:
        hvc     #0
bench_unknown_end:
        cmn     x0, #1                  /* TN_HC_NOT_SUPPORTED */
        b.ne    2f

        /* The emulated distributor, as a kernel has it. */
        ldr     x1, =TN_BOARD_GICD_BASE + GICD_TYPER
        .globl bench_typer, bench_typer_end
bench_typer:
        ldr     w0, [x1]
bench_typer_end:
        tst     w0, #0x1f
        b.eq    2f

        ldr     x1, =TN_BOARD_GICD_BASE + GICD_ISENABLER1
        mov     w0, #1 << SPI_BIT
        .globl bench_enabler, bench_enabler_end
bench_enabler:
        str     w0, [x1]
bench_enabler_end:
        ldr     w0, [x1]
        tbz     w0, #SPI_BIT, 2f

        ldr     w0, =TN_HC_IRQ_ENABLE
        mov     x1, #SGI
        hvc     #0
        cbnz    x0, 2f
#if TN_BOARD_GICR_SIZE
        ldr     x0, =SGI << 24 | 1      /* the CPU whose affinity is 0 */
#else
        ldr     x1, =TN_BOARD_GICD_BASE + GICD_SGIR
        ldr     w0, =SGIR_SELF | SGI
#endif
        .globl bench_sgi, bench_sgi_end
bench_sgi:
#if TN_BOARD_GICR_SIZE
        msr     ICC_SGI1R_EL1, x0
#else
        str     w0, [x1]
#endif
bench_sgi_end:
        .globl bench_wfi, bench_wfi_end
bench_wfi:
        wfi                             /* interrupts are masked, the SGI ends it */
bench_wfi_end:
        take
        cmp     w0, #SGI
        b.ne    2f

        ldr     w0, =TN_HC_IRQ_ENABLE
        mov     x1, #TN_BOARD_TIMER_VIRT_IRQ
        hvc     #0
        cbnz    x0, 2f
        .globl bench_timer, bench_timer_end
bench_timer:
        mov     x0, #1000
        msr     cntv_tval_el0, x0
        mov     x0, #1
        msr     cntv_ctl_el0, x0
        isb
        wfi
        take
        msr     cntv_ctl_el0, xzr
        isb
bench_timer_end:
        cmp     w0, #TN_BOARD_TIMER_VIRT_IRQ
        b.ne    2f

        subs    w19, w19, #1
        b.ne    1b
        mov     w0, #0
        b       3f
2:      mov     w0, #1                  /* a hypercall did not do what it should */
3:      ldr     x19, [sp, #16]
        ldp     x29, x30, [sp], #32
        ret
