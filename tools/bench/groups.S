/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of the hypercall groups beside those of hypercall.S, between labels in the same way.
 */
#include <tn/abi/hypercall.h>
#include <tn/board.h>

#define TIMES 8
#define INJECTABLE 45
#define PAGE 4096
#define RTC_ID (TN_BOARD_RTC_BASE + 0xfe0)

/* The call between its labels. */
        .macro  call name
        .globl bench_\name, bench_\name\()_end
bench_\name:
        hvc     #0
bench_\name\()_end:
        .endm

        .text
        .globl main
/* int main(void); clobbers as the AAPCS64 allows */
main:   stp     x29, x30, [sp, #-32]!
        str     x19, [sp, #16]
        mov     w19, #TIMES

1:      ldr     w0, =TN_HC_WATCHDOG_KICK
        call    kick
        cbnz    x0, 2f
        ldr     w0, =TN_HC_TIME_UPTIME
        call    uptime
        tbnz    x0, #63, 2f
        ldr     w0, =TN_HC_INJECT_PEND
        mov     x1, #INJECTABLE
        call    inject
        cbnz    x0, 2f
        ldr     w0, =TN_HC_DEVICE_READ
        ldr     x1, =RTC_ID
        mov     x2, #4
        call    register
        tbnz    x0, #63, 2f
        ldr     w0, =TN_HC_MEMORY_ASK
        mov     x1, #PAGE
        call    ask
        tbnz    x0, #63, 2f
        mov     x1, x0
        ldr     w0, =TN_HC_MEMORY_GIVE
        call    give
        cbnz    x0, 2f

        subs    w19, w19, #1
        b.ne    1b
        mov     w0, #0
        b       3f
2:      mov     w0, #1
3:      ldr     x19, [sp, #16]
        ldp     x29, x30, [sp], #32
        ret
