/* SPDX-License-Identifier: Apache-2.0 */
/*
 * void *memset(void *to, int value, size_t size): x0 kept.  Clobbers x3.  Only at boot and when an
 * instance begins, so that it is short rather than fast.
 */
        .section .text.memset, "ax", %progbits
        .globl  memset
        .type   memset, %function
memset:
        add     x2, x0, x2
        mov     x3, x0
0:      cmp     x3, x2
        b.hs    1f
        strb    w1, [x3], #1
        b       0b
1:      ret
