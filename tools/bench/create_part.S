/* SPDX-License-Identifier: Apache-2.0 */
/* The file that create.c gives to a slot. */
    .section .rodata
    .balign 16
    .global part, part_end
part:
    .incbin PART
part_end:
