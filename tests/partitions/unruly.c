/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tamer.c starts, pauses and stops: beats twice, and then does with interrupts masked what
 * args[1] says: `spin`s in one instruction, which touches no memory; `sleep`s; or `shut`s its CPU
 * interface to every interrupt and sleeps; or says to it that it handles the most urgent one there
 * can be, is `deaf` to others, and sleeps.
 */
#include <stdint.h>
#include <tn/board.h>
#include <tn/chan.h>
#include <tn/irq.h>
#include <tn/sysreg.h>

static void beat(struct tn_chan *chan, uint32_t n)
{
    tn_chan_write(chan, &n);
}

static void shut(void)
{
    if (TN_BOARD_GICR_BASE != 0) {
        __asm__ volatile("msr S3_0_C12_C12_7, xzr\n\tisb"); /* ICC_IGRPEN1_EL1 */
    } else {
        volatile uint32_t *gicc = (volatile uint32_t *)(uintptr_t)TN_BOARD_GICC_BASE;

        gicc[1] = 0; /* PMR, CTLR */
        gicc[0] = 0;
    }
}

/* The active priorities; of QEMU's GICv2 they cannot be written. */
static void be_deaf(void)
{
    if (TN_BOARD_GICR_BASE != 0) {
        __asm__ volatile("msr S3_0_C12_C9_0, %0\n\tisb" : : "r"(1ull)); /* ICC_AP1R0_EL1 */
    } else {
        ((volatile uint32_t *)(uintptr_t)TN_BOARD_GICC_BASE)[0xd0 / 4] = 1; /* GICC_APR0 */
    }
}

int main(int argc, char **argv)
{
    struct tn_chan chan;

    if (argc != 2 || tn_chan_open(&chan, argv[0]) != TN_OK || tn_irq_stray_count() != 0) {
        return 1;
    }
    tn_irq_mask();
    beat(&chan, 1);
    beat(&chan, 2);
    if (argv[1][1] == 'p') {
        __asm__ volatile("1: b 1b");
    }
    if (argv[1][1] == 'h') {
        shut();
    }
    if (argv[1][0] == 'd') {
        be_deaf();
    }
    for (;;) {
        __asm__ volatile("wfi");
    }
}
