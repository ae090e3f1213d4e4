/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercalls between labels at which the counting plugin reads its counters (tools/bench/bench).
 * A few of each, since only the first could find something cold; the figure is the worst.
 */
#include <tn/abi/hypercall.h>

#define PSCI_VERSION 0x84000000
#define TIMES 8

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

        subs    w19, w19, #1
        b.ne    1b
        mov     w0, #0
        b       3f
2:      mov     w0, #1                  /* a hypercall did not do what it should */
3:      ldr     x19, [sp, #16]
        ldp     x29, x30, [sp], #32
        ret
