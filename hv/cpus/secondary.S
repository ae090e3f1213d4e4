/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of each CPU into its own address space: parts of hv/mortise/start.S that fall through.
 * CPU n of Mortise has the n-th copy of .bss, the shared pages lie behind the last.  x21 is n.
 */
#include <tn/hv/map.h>

        .section .hv.first, "ax", %progbits
        mov     x21, #0                 /* the boot loader's CPU is the first partition's first */

/* In .hv.space and .hv.shared room is little.  x2 = physical .bss: of the first copy, of one's own. */
        .section .hv.space, "ax", %progbits
        bl      own_space
        .section .hv.shared, "ax", %progbits
        b       shared_pages

        .text
/*
 * hv_secondary: a CPU begins, by PSCI.  In: x0 = n, MMU off, EL2, everything else unknown.
 * Nothing of Mortise's memory that another CPU has written through its caches is read here.
 */
        .globl  hv_secondary
        .type   hv_secondary, %function
hv_secondary:
        msr     daifset, #15
        and     x21, x0, #0xff          /* without HV_AGAIN_BIT */
        b       enter

/* own_space: x2 += x21 copies.  Clobbers x9. */
own_space:
        mov     x9, #:abs_g0:__hv_bss_pages
        lsl     x9, x9, #12
        madd    x2, x21, x9, x2
        ret

/*
 * shared_pages: into the table page x2; x5 = attributes.  Clobbers x4, x6, x7, x9 and goes on at
 * .hv.on, which is not within the first 0x200 bytes here.
 */
shared_pages:
        mov     x9, #:abs_g0:__hv_bss_pages
        lsl     x9, x9, #12
        mov     x6, #HV_SLOTS
        sub     x6, x6, x21
        madd    x6, x6, x9, x2
        orr     x6, x6, x5
        add     x4, x2, #(HV_VA_SHARED - HV_VA_IMAGE) / HV_PAGE * 8
        mov     x7, #:abs_g0:__hv_shared_pages
        bl      fill
        b       __hv_on
