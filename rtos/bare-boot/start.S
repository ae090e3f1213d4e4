/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the boot loader to the program at EL1, on its linked addresses with the MMU on.  Entered
 * at the image's physical address, MMU off, at EL2 (U-Boot) or EL1.  From EL2 the way is an
 * exception return.  At EL1 the fetch behind the write of SCTLR_EL1.M is at a physical address
 * that the program's map does not have as code; it faults to VBAR_EL1 + 0x200, and that is the
 * program's start (rtos/boot).
 */
#include <tn/bare_el.h>
#include <tn/board.h>

#define CURRENT_EL2 (2 << 2)
#define INFO_HV_BSS_OFFSET (0x40 + 24) /* struct tn_image_info is ABI */
#define STACK 4096

/* Attribute 0: Normal Write-Back; 1: Device-nGnRE. */
#define MAIR 0x04ff
/* SCTLR_EL1: RES1 bits, and M, C, SA, I, WXN. */
#define SCTLR (0x30d00800 | 1 << 0 | 1 << 2 | 1 << 3 | 1 << 12 | 1 << 19)
/* TCR_EL1: TTBR1 off, walks Write-Back and inner shareable, 4 KiB; 512 entries in the root. */
#if TN_BOARD_IPA_BITS < 30
#define VA_BITS 30
#else
#define VA_BITS 39
#endif
#define TCR (1 << 23 | 3 << 12 | 1 << 10 | 1 << 8 | (64 - VA_BITS))
#define TCR_IPS_SHIFT 32
#define PARANGE_48 5

        .section .hv.start, "ax", %progbits
        .globl  start
start:
        msr     daifset, #15
        msr     spsel, #1
        adr     x0, __hv_start
        ldr     w1, [x0, #INFO_HV_BSS_OFFSET]
        add     x1, x0, x1
        add     x9, x1, #STACK
        mov     sp, x9
        mov     x1, x9
        bl      boot_map
        mov     x19, x0                 /* entry */

        mov     x9, #MAIR
        msr     mair_el1, x9
        load32  x9, TCR
        mrs     x10, id_aa64mmfr0_el1
        and     x10, x10, #0xf
        cmp     x10, #PARANGE_48
        mov     x11, #PARANGE_48
        csel    x10, x10, x11, ls
        orr     x9, x9, x10, lsl #TCR_IPS_SHIFT
        msr     tcr_el1, x9
        msr     ttbr0_el1, x1
        msr     cpacr_el1, xzr
        load32  x20, SCTLR
        mrs     x21, CurrentEL
        lsr     x22, x21, #2
        msr     tpidrro_el0, x22        /* how to ask the firmware: rtos/bare-start */
        cmp     x21, #CURRENT_EL2
        b.eq    from_el2

        msr     vbar_el1, x19
        tlbi    vmalle1
        ic      iallu
        dsb     nsh
        isb
        msr     sctlr_el1, x20
        isb                             /* the fetch behind faults to the program */
0:      b       0b

from_el2:
        enter_el1 x19, x20
