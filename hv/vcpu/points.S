/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breakpoints and watchpoints: registers whose number is in the instruction, so that a number of
 * them is a jump into a row of all sixteen, three instructions each.
 */

        .macro  store_point control, value
        mrs     x4, \control
        mrs     x5, \value
        stp     x4, x5, [x0], #16
        .endm

        .macro  fetch_point control, value
        ldp     x4, x5, [x0], #16
        msr     \value, x5
        msr     \control, x4
        .endm

        /* Into the row that ends at \end, for the last \count of it. */
        .macro  enter_row count, end
        adr     x3, \end
        mov     w4, #12
        umsubl  x3, \count, w4, x3
        br      x3
        .endm

        .macro  row X kind
        .irp    n, 15_el1, 14_el1, 13_el1, 12_el1, 11_el1, 10_el1, 9_el1, 8_el1, 7_el1, 6_el1, 5_el1, \
                4_el1, 3_el1, 2_el1, 1_el1, 0_el1
        \X      dbg\kind\()cr\n, dbg\kind\()vr\n
        .endr
        .endm

        .macro  function name X
        .section .text.\name, "ax", %progbits
        .globl  \name
        .type   \name, %function
\name:
        enter_row w1, 1f
        row     \X, b
1:      enter_row w2, 2f
        row     \X, w
2:      ret
        .endm

/* void vcpu_points_store(uint64_t *words, unsigned breakpoints, unsigned watchpoints)
 * void vcpu_points_fetch(const uint64_t *words, unsigned breakpoints, unsigned watchpoints)
 * Clobber x0, x3 to x5. */
        function vcpu_points_store, store_point
        function vcpu_points_fetch, fetch_point
