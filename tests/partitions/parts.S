/* SPDX-License-Identifier: Apache-2.0 */
/* Two files for a slot, carried by the program that creates partitions from them. */
    .section .rodata
    .balign 16
    .global end_part, end_part_end, spin_part, spin_part_end
end_part:
    .incbin END_PART
end_part_end:
    .balign 16
spin_part:
    .incbin SPIN_PART
spin_part_end:
