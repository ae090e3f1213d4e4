/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before anything of the image has been written: is this the partition's CPU?  If not, that one is
 * started at the same entry with the same device tree, and this one ends.  Section .hv.first lies
 * behind Mortise's first check; it is left by falling through.  Room there is for little.
 * In: x0 = DTB.  Out: x0 as it was.  Clobbers x9, x10.
 */
#include <tn/board.h>
#include <tn/psci.h>

#define MPIDR_(cpu) TN_BOARD_MPIDR_##cpu
#define MPIDR(cpu) MPIDR_(cpu)
#define TARGET MPIDR(CONFIG_HV_CPU)

        .section .hv.first, "ax", %progbits
        mrs     x9, mpidr_el1
        and     x9, x9, #0xffffffffff   /* affinity fields only: QEMU's PSCI refuses RES1, */
        and     x9, x9, #~0xff000000    /* which is between them */
        ldr     x10, target
        cmp     x9, x10
        b.ne    start_other

        .section .text.start_other, "ax", %progbits
        .balign 8
target: .quad   TARGET

start_other:
        mov     x3, x0                  /* context: the other CPU's x0 */
        mov     x1, x10
        adr     x2, start
        ldr     w0, cpu_on
        smc     #0
        cbnz    x0, failed
        ldr     w0, cpu_off
        smc     #0
        /* Only a firmware that cannot switch it off comes back. */
0:      wfi
        b       0b
failed:
        mov     x21, #CONFIG_HV_CPU
        adr     x19, text
        b       early_stop

cpu_on: .word   TN_PSCI_BASE + TN_PSCI_64 + TN_PSCI_CPU_ON
cpu_off:
        .word   TN_PSCI_BASE + TN_PSCI_CPU_OFF
text:   .asciz  "mortise: the firmware does not start CPU #, on which the partition runs\r\n"
        .balign 4
