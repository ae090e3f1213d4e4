/* SPDX-License-Identifier: Apache-2.0 */
/* The file that `tnimage build job.c --format part` has made, as an array. */
    .section .rodata
    .global job_part, job_part_end
    .balign 16
job_part:
    .incbin "job.part"
job_part_end:
