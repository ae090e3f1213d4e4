/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mortise's own memory in pages of cache colours, before the MMU is on: parts of hv/mortise/start.S
 * that fall through.  The first CPU copies text and read-only data; every CPU then has its table
 * page filled as if all were contiguous, and its entries changed to the pages of their colours.
 * The virtual addresses are what they always are.  What is executed here is the image where the
 * boot loader has put it: nothing of that is executed or read once a CPU's MMU is on.
 */
#include <tn/hv/map.h>
#include <tn/hv/pages.h>

/* row: to x12 the first page of a row, to w11 its colours; x9 = its number or address. */
        .macro  row number
        adr     x9, hv_colour_rows + \number * HV_COLOUR_ROW
        ldp     w12, w11, [x9]
        add     x12, x1, x12
        .endm

/* own_row: the same for this CPU's copy of .bss. */
        .macro  own_row
        adr     x9, hv_colour_rows + HV_COLOUR_BSS * HV_COLOUR_ROW
        .if     CONFIG_HV_CPUS > 1
        add     x9, x9, x21, lsl #3
        .endif
        ldp     w12, w11, [x9]
        add     x12, x1, x12
        .endm

/* next: x12 = the page at x12 or behind it that has one of the colours w11.  Clobbers x14. */
        .macro  next
0:      ubfx    x14, x12, #12, #5
        lsr     w14, w11, w14
        tbnz    w14, #0, 1f
        add     x12, x12, #HV_PAGE
        b       0b
1:
        .endm

        .section .hv.colour_space, "ax", %progbits
        bl      colour_space
        .section .hv.colour_map, "ax", %progbits
        bl      colour_map

        .text
/*
 * colour_space: x0, x1 and x21 as in start.S; out: x2 = physical .bss of this CPU.  A CPU that
 * another has started finds the image copied (HV_AGAIN_BIT).  Clobbers x3..x7, x9..x17, x26.
 */
colour_space:
        mov     x26, x30
        tbnz    x0, #HV_AGAIN_BIT, 3f
        row     HV_COLOUR_IMAGE
        mov     x10, x1
        mov     x13, #:abs_g0:__hv_image_pages
2:      next
        /* Past the caches, as the tables are, and for the same reasons (.hv.tables). */
        mov     x2, x12
        bl      drop_page
        add     x15, x12, #HV_PAGE
0:      ldp     x16, x17, [x10], #16
        stp     x16, x17, [x12], #16
        cmp     x12, x15
        b.lo    0b
        bl      drop_page
        subs    x13, x13, #1
        b.ne    2b
3:      own_row
        mov     x2, x12
        ret     x26

/*
 * colour_map: the entries of table page x2, filled as of contiguous memory, lead to pages of their
 * colours.  Keeps x0, x1, x2, x5, x21.  Clobbers x4, x6, x7, x9, x11..x14, x26.
 */
colour_map:
        mov     x26, x30
        row     HV_COLOUR_IMAGE
        mov     x4, x2
        mov     x7, #:abs_g0:__hv_text_pages
        bl      change

        /* Read-only data is one page higher than it is loaded. */
        row     HV_COLOUR_IMAGE
        mov     x13, #:abs_g0:__hv_rodata_page
        add     x4, x2, x13, lsl #3
        sub     x13, x13, #1
2:      next
        cbz     x13, 3f
        add     x12, x12, #HV_PAGE
        sub     x13, x13, #1
        b       2b
3:      mov     x7, #:abs_g0:__hv_rodata_pages
        bl      change

        /* Behind the table page itself. */
        own_row
        add     x12, x12, #HV_PAGE
        add     x4, x2, #((HV_VA_BSS - HV_VA_IMAGE) / HV_PAGE + 1) * 8
        mov     x7, #:abs_g0:__hv_bss_pages
        sub     x7, x7, #1
        bl      change

        .if     CONFIG_HV_CPUS > 1
        row     HV_COLOUR_SHARED
        add     x4, x2, #(HV_VA_SHARED - HV_VA_IMAGE) / HV_PAGE * 8
        mov     x7, #:abs_g0:__hv_shared_pages
        bl      change
        .endif
        ret     x26

/* change: x4 = entry, x7 = entries, not 0; x12, w11 = where pages are.  Their attributes stay. */
change:
2:      next
        ldr     x6, [x4]
        and     x6, x6, #0xffff000000000fff
        orr     x6, x6, x12
        str     x6, [x4], #8
        add     x12, x12, #HV_PAGE
        subs    x7, x7, #1
        b.ne    2b
        ret

/*
 * struct tn_hv_colour_row[]: filled in by the builder when the image's layout is known
 * (tools/tenon/colours.py).
 */
        .balign 8
        .globl  hv_colour_rows
        .type   hv_colour_rows, %object
hv_colour_rows:
        .space  (HV_COLOUR_BSS + HV_SLOTS) * HV_COLOUR_ROW
        .size   hv_colour_rows, . - hv_colour_rows
