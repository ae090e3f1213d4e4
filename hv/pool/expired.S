/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool_expired_entry: where an ERET goes that was to enter the guest of an instance whose watchdog
 * has expired: EL2h, interrupts masked, the guest's general registers, the stack empty as after any
 * exit.  Calls void pool_expired(const struct tn_hv_frame *frame), which does not return.
 */
#include <tn/hv/report.h>

        .section .text.pool_expired_entry, "ax", %progbits
        .globl  pool_expired_entry
        .type   pool_expired_entry, %function
pool_expired_entry:
        stp     x16, x17, [sp, #-HV_FRAME_SIZE / 2]!
        mov     w17, #HV_KIND_IRQ
        store_frame
        mov     x0, sp
        b       pool_expired
