/* SPDX-License-Identifier: Apache-2.0 */
/*
 * int main(int argc, char **argv): faults at bench_fault, every time.  The restarts that the
 * manifest allows follow; count.c sees the instructions from the fault to the next first one.
 */
    .section .text.main, "ax"
    .globl main
    .type main, %function
    .globl bench_fault
main:
    mov x0, #0
bench_fault:
    ldr x0, [x0]
    ret
    .size main, . - main
