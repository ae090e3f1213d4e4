/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The accesses themselves, apart: a device may answer one with an external abort, where there is no
 * register or none of that size, and that is the caller's mistake, not Mortise's end.
 */
#include <tn/abi/hypercall.h>
#include <tn/hv/report.h>

#define ESR_STATUS 0x3f
#define STATUS_EXTERNAL 0x10 /* synchronous external abort, not on a table walk */

/* long hv_device_load(uintptr_t at, uint64_t size): 1, 2, 4 bytes.  TN_HC_FAILED: no answer. */
        .section .text.hv_device_access, "ax", %progbits
        .globl  hv_device_load
        .type   hv_device_load, %function
hv_device_load:
        cmp     x1, #2
        b.eq    2f
        b.hi    4f
        ldrb    w0, [x0]
        ret
2:      ldrh    w0, [x0]
        ret
4:      ldr     w0, [x0]
        ret

/* long hv_device_store(uintptr_t at, uint64_t size, uint64_t value): 0, or TN_HC_FAILED. */
        .globl  hv_device_store
        .type   hv_device_store, %function
hv_device_store:
        cmp     x1, #2
        b.eq    2f
        b.hi    4f
        strb    w2, [x0]
        b       1f
2:      strh    w2, [x0]
        b       1f
4:      str     w2, [x0]
1:      mov     x0, xzr
        ret
failed:
        mov     x0, #TN_HC_FAILED
        ret

/*
 * A synchronous exception from EL2, TPIDR_EL2 = x0.  After an external abort the stack pointer is as
 * good as it was, so that there is room for a register; one of these accesses returns as failed.
 */
        .section .hv.fixup, "ax", %progbits
        b       fixup

        .text
fixup:
        mrs     x0, esr_el2
        and     x0, x0, #ESR_STATUS
        cmp     x0, #STATUS_EXTERNAL
        b.ne    0f
        str     x1, [sp, #-16]!
        mrs     x1, elr_el2
        adrp    x0, hv_device_load
        add     x0, x0, :lo12:hv_device_load
        sub     x1, x1, x0
        cmp     x1, #failed - hv_device_load
        ldr     x1, [sp], #16
        b.hs    0f
        add     x0, x0, #failed - hv_device_load
        msr     elr_el2, x0
        eret
0:      mov     x0, #HV_KIND_SYNC
        b       panic_entry
