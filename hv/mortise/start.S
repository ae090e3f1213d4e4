/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the boot loader to C at EL2: entered at the image's physical address with the MMU off,
 * builds EL2's tables and goes on at the linked address.  The linker script puts .hv.start at
 * image + 0x80 and .hv.enter, .hv.tables and .hv.on behind it, each falling through; between them
 * come parts of optional libraries: .hv.first, .hv.space, .hv.colour_space, .hv.shared,
 * .hv.colour_map.  The rest goes into the holes of the vector table.
 */
#include <tn/board.h>
#include <tn/hv/map.h>

#define CURRENT_EL2 (2 << 2)
#define SCTLR_M 0

/* SCTLR_EL2: RES1 bits, and M, C, SA, I, WXN. */
#define SCTLR_EL2_VALUE (0x30c50830 | 1 << 0 | 1 << 2 | 1 << 3 | 1 << 12 | 1 << 19)
/* TCR_EL2: RES1 bits, 25 bits of address, tables Write-Back and inner shareable, 4 KiB. */
#define TCR_EL2_VALUE (1 << 31 | 1 << 23 | 3 << 12 | 1 << 10 | 1 << 8 | (64 - HV_VA_BITS))
#define TCR_PS_SHIFT 16
#define PARANGE_48 5

#define HCR_RW (1 << 31)

/* Offsets in struct tn_image_info are ABI; it lies at image + 0x40. */
#define INFO_HV_BSS_OFFSET (0x40 + 24)
#define INFO_CRC (0x40 + 60) /* over everything before it: a multiple of 8 and 4 bytes more */

        .macro  load32 reg, value
        movz    \reg, #(\value) & 0xffff
        movk    \reg, #(\value) >> 16 & 0xffff, lsl #16
        .endm

/*
 * start: entry, and again the target of the start trick (below).
 * In: x0 = DTB, MMU off, EL2.  In the trick: x0, x1 as `enter` left them, EL2t, MMU on.
 */
        .section .hv.start, "ax", %progbits
        .globl  start
start:
        msr     daifset, #15            /* U-Boot leaves SError open, to its own old vectors */
        mrs     x9, CurrentEL
        cmp     x9, #CURRENT_EL2
        b.ne    wrong_el
        mrs     x9, sctlr_el2
        tbnz    x9, #SCTLR_M, at_virtual

/*
 * enter: x0 = DTB, all else free.  Registers that the boot loader may have left in any state are
 * set, not changed.  Out: x0 = DTB, x1 = physical base of the image, x2 = of this CPU's .bss.
 *
 * The start trick.  After SCTLR_EL2.M is set the next fetch is at a physical address that EL2's
 * tables map nowhere, or without execution (the image's own alias).  It faults with the stack
 * pointer selection EL2t, which nothing else at EL2 ever uses, and so arrives at VBAR_EL2 + 0
 * (Arm ARM D1.10.2): the branch at the head of the image, now at its linked address.  So there
 * is never an identity map.  Where the image happens to be loaded at its linked address the
 * fetch does not fault and the code just goes on.
 */
        .section .hv.enter, "ax", %progbits
        .globl  enter
enter:
        load32  x9, HCR_RW
        msr     hcr_el2, x9             /* no E2H, no TGE: registers below mean EL2's */
        isb
        msr     spsel, #0
        adr     x1, __hv_start
        /*
         * hv_bss_offset says where everything below goes.  Were it damaged, Mortise would hang
         * without a word, so the sum of the headers is checked before it is used, not only with
         * the rest of the image.
         */
        mov     w9, #-1
        mov     x10, x1
        add     x11, x1, #INFO_CRC & ~7
0:      ldr     x12, [x10], #8
        crc32x  w9, w9, x12
        cmp     x10, x11
        b.lo    0b
        ldp     w12, w13, [x1, #INFO_CRC - 4]
        crc32w  w9, w9, w12
        mvn     w9, w9
        cmp     w9, w13
        adr     x19, bad_header_text
        b.ne    early_stop

        ldr     w2, [x1, #INFO_HV_BSS_OFFSET]
        add     x2, x1, x2              /* .bss; its first page is the table page */

        .section .hv.tables, "ax", %progbits
        /*
         * The tables are written past the caches.  A line of the page that the boot loader left
         * dirty would later be written back over them: drop it before.  A line that the CPU
         * fetches speculatively meanwhile holds old bytes: drop it after.  The page is all ours,
         * so that invalidating without cleaning loses nothing.
         */
        bl      drop_page
        add     x3, x2, #HV_PAGE
        mov     x4, x2
0:      stp     xzr, xzr, [x4], #16
        stp     xzr, xzr, [x4], #16
        stp     xzr, xzr, [x4], #16
        stp     xzr, xzr, [x4], #16
        cmp     x4, x3
        b.lo    0b

        /* Text: read-only by descriptor; executable. */
        load32  x5, HV_PTE_COMMON | HV_PTE_PAGE | HV_PTE_READ_ONLY
        orr     x6, x1, x5
        mov     x4, x2                  /* slot 1's first entry */
        mov     x7, #:abs_g0:__hv_text_pages
        bl      fill

        /* Read-only data: loaded one page below its address, see hv.ld.j2. */
        mov     x8, #HV_PTE_XN
        mov     x9, #:abs_g0:__hv_rodata_page
        add     x4, x2, x9, lsl #3
        sub     x9, x9, #1
        add     x6, x1, x9, lsl #12
        orr     x6, x6, x5
        orr     x6, x6, x8
        mov     x7, #:abs_g0:__hv_rodata_pages
        bl      fill

        /* .bss: writable; without the table page, which is its stack's guard page, too. */
        load32  x5, HV_PTE_COMMON | HV_PTE_PAGE
        orr     x5, x5, x8
        add     x4, x2, #((HV_VA_BSS - HV_VA_IMAGE) / HV_PAGE + 1) * 8
        add     x6, x2, #HV_PAGE
        orr     x6, x6, x5
        mov     x7, #:abs_g0:__hv_bss_pages
        sub     x7, x7, #1
        bl      fill

        /*
         * In .hv.shared x2 is the table page, x5 the attributes of writable data, both to be kept.
         *
         * Level 2: slot 1 leads to this page.  The attributes are ignored in a table descriptor
         * and make the same entry, read at level 3, a writable page: HV_VA_TABLES.
         */
        .section .hv.on, "ax", %progbits
        orr     x6, x2, x5
        add     x4, x2, #HV_L2_INDEX * 8
        str     x6, [x4, #8]
        bl      drop_page

        load32  x9, HV_VA_IMAGE
        msr     vbar_el2, x9
        mov     x9, #HV_MAIR
        msr     mair_el2, x9
        load32  x9, TCR_EL2_VALUE
        mrs     x10, id_aa64mmfr0_el1
        and     x10, x10, #0xf          /* PARange; 4 KiB pages reach 48 bits */
        cmp     x10, #PARANGE_48
        mov     x11, #PARANGE_48
        csel    x10, x10, x11, ls
        orr     x9, x9, x10, lsl #TCR_PS_SHIFT
        msr     tcr_el2, x9
        add     x4, x2, #HV_L2_INDEX * 8
        msr     ttbr0_el2, x4
        load32  x9, SCTLR_EL2_VALUE
        /*
         * The tables are in memory (DSB in drop_page); nothing that a TLB or the instruction
         * cache kept from before may meet them.  The DSB completes both; the ISB puts the
         * registers in force before the MMU is.
         */
        tlbi    alle2
        ic      iallu
        dsb     nsh
        isb
        msr     sctlr_el2, x9
        isb

        b       at_virtual

/* at_virtual: x0 = DTB, x1, x2 = physical bases of image and .bss; at the linked address, MMU on. */
        .section .hv.hole.at_virtual, "ax", %progbits
        .globl  at_virtual
at_virtual:
        msr     spsel, #1
        adrp    x9, __hv_stack_top
        add     x9, x9, :lo12:__hv_stack_top
        mov     sp, x9
        adrp    x9, __hv_clear_start
        add     x9, x9, :lo12:__hv_clear_start
        adrp    x10, __hv_clear_end
        add     x10, x10, :lo12:__hv_clear_end
        b       1f
0:      stp     xzr, xzr, [x9], #16
1:      cmp     x9, x10
        b.lo    0b
        mov     x29, xzr
        mov     x30, xzr
        b       hv_main

/* fill: x4 = entry, x6 = first descriptor, x7 = pages, not 0.  Clobbers x4, x6, x7. */
        .section .hv.hole.fill, "ax", %progbits
        .globl  fill
fill:
        str     x6, [x4], #8
        add     x6, x6, #HV_PAGE
        subs    x7, x7, #1
        b.ne    fill
        ret

/* drop_page: invalidate the page at x2 in the data caches.  Clobbers x3, x4, x5. */
        .section .hv.hole.drop_page, "ax", %progbits
        .globl  drop_page
drop_page:
        dsb     sy                      /* stores so far are in memory before lines go */
        mrs     x5, ctr_el0
        ubfx    x5, x5, #16, #4         /* DminLine: log2 of words */
        mov     x3, #4
        lsl     x5, x3, x5
        mov     x4, x2
        add     x3, x2, #HV_PAGE
0:      dc      ivac, x4
        add     x4, x4, x5
        cmp     x4, x3
        b.lo    0b
        dsb     sy
        ret

/*
 * wrong_el: x9 = CurrentEL, MMU off: this image has no code for that exception level.
 */
        .section .hv.hole.wrong_el, "ax", %progbits
wrong_el:
        adr     x19, wrong_el_text
        lsr     x21, x9, #2
/*
 * early_stop: x19 = text, in which '#' stands for the digit x21; MMU off, any exception level.
 * Prints it on the console, switches off, or sleeps where there is no firmware to ask (not at
 * EL2).  The text is beside the code, since rodata is not where
 * the linker thinks before the MMU is on; the driver's functions use neither that nor .bss.
 * Their frames, if the compiler makes any, overwrite the head of the vector table, which nobody
 * will need any more: no other memory is known to be ours.
 */
        .globl  early_stop
early_stop:
        msr     spsel, #1
        adr     x10, __hv_start
        add     sp, x10, #0x280
        load32  x20, TN_BOARD_CONSOLE_BASE
        mov     x0, x20
        bl      tn_uart_init
0:      ldrb    w1, [x19], #1
        cbz     w1, 2f
        cmp     w1, #'#'
        b.ne    1f
        add     w1, w21, #'0'
1:      mov     x0, x20
        bl      tn_uart_putc
        b       0b
2:      mov     x0, x20
        bl      tn_uart_flush
        mrs     x9, CurrentEL
        cmp     x9, #CURRENT_EL2
        b.eq    tn_psci_system_off
3:      wfi
        b       3b

        .section .hv.hole.wrong_el_text, "ax", %progbits
wrong_el_text:
        .ascii  "mortise: entered at EL#; start the image at EL2 (QEMU: virtualization=on)"
        .asciz  "\r\n"
        .balign 4

        .text
bad_header_text:
        .asciz  "mortise: the image's header is corrupt; write the image again\r\n"
        .balign 4
