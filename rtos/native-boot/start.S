/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the boot loader to a native program at EL2, on its linked addresses with the MMU on.
 * Entered at the image's physical address, MMU off.  The way there is Mortise's start trick
 * (hv/mortise/start.S): behind the write of SCTLR_EL2.M the fetch is at a physical address that the
 * program's map does not have as code, so that it faults, and with SP_EL0 selected that arrives at
 * VBAR_EL2 + 0, the first byte of the program.  Nothing else at EL2 ever selects SP_EL0.
 */
#include <tn/board.h>

#define CURRENT_EL2 (2 << 2)
#define INFO_HV_BSS_OFFSET (0x40 + 24) /* struct tn_image_info is ABI */
#define STACK 4096

/* RW; IMO and AMO: interrupts and SErrors are EL2's.  No E2H, no TGE. */
#define HCR (1 << 31 | 1 << 5 | 1 << 4)
/* RES1; no trap: FP and SIMD are the program's. */
#define CPTR 0x33ff
#define CNTHCTL_OPEN 3

/* Attribute 0: Normal Write-Back; 1: Device-nGnRE. */
#define MAIR 0x04ff
/* SCTLR_EL2: RES1 bits, and M, C, SA, I, WXN. */
#define SCTLR (0x30c50830 | 1 << 0 | 1 << 2 | 1 << 3 | 1 << 12 | 1 << 19)
/* TCR_EL2: RES1 bits, walks Write-Back and inner shareable, 4 KiB; 512 entries in the root. */
#if TN_BOARD_IPA_BITS < 30
#define VA_BITS 30
#else
#define VA_BITS 39
#endif
#define TCR (1 << 31 | 1 << 23 | 3 << 12 | 1 << 10 | 1 << 8 | (64 - VA_BITS))
#define TCR_PS_SHIFT 16
#define PARANGE_48 5

        .macro  load32 reg, value
        movz    \reg, #(\value) & 0xffff
        movk    \reg, #(\value) >> 16 & 0xffff, lsl #16
        .endm

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
        mrs     x9, CurrentEL
        cmp     x9, #CURRENT_EL2
        b.ne    wrong_el
        load32  x9, HCR
        msr     hcr_el2, x9             /* registers below mean EL2's from the ISB on */
        isb
        bl      boot_map
        mov     x19, x0                 /* entry */

        /* What the boot loader may have left in any state is set, not changed. */
        mov     x9, #CPTR
        msr     cptr_el2, x9
        msr     hstr_el2, xzr
        mov     x9, #CNTHCTL_OPEN
        msr     cnthctl_el2, x9
        msr     cntvoff_el2, xzr        /* the virtual counter is the physical one */
        msr     cnthp_ctl_el2, xzr
        msr     cntv_ctl_el0, xzr
        msr     cntp_ctl_el0, xzr
        mrs     x9, pmcr_el0            /* MDCR_EL2.HPMN: no counter is apart */
        ubfx    x9, x9, #11, #5
        msr     mdcr_el2, x9

        mov     x9, #MAIR
        msr     mair_el2, x9
        load32  x9, TCR
        mrs     x10, id_aa64mmfr0_el1
        and     x10, x10, #0xf
        cmp     x10, #PARANGE_48
        mov     x11, #PARANGE_48
        csel    x10, x10, x11, ls
        orr     x9, x9, x10, lsl #TCR_PS_SHIFT
        msr     tcr_el2, x9
        msr     ttbr0_el2, x1
        msr     vbar_el2, x19
        load32  x20, SCTLR
        msr     spsel, #0
        /* The tables are in memory; nothing of before is in the TLB or the instruction cache. */
        tlbi    alle2
        ic      iallu
        dsb     nsh
        isb
        msr     sctlr_el2, x20
        isb                             /* the fetch behind faults to the program */
        br      x19                     /* or not, where the map has this page as code */

wrong_el:
        adr     x0, wrong_el_text
        b       boot_stop

wrong_el_text:
        .ascii  "native: entered at EL1; a program in mode native runs at EL2 (QEMU: "
        .asciz  "virtualization=on)\r\n"
        .balign 4
