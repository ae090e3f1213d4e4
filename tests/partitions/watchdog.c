/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kicks its watchdog args[1] times, each after half of its time (args[2], ms), then hangs as
 * args[3] says: "spin" with all interrupts masked, "irq" in an interrupt handler, "wfi"
 * where nothing wakes it, "close" with its interrupt controller as closed as it can make it,
 * "pass": it ends with status 0.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tn/board.h>
#include <tn/compiler.h>
#include <tn/irq.h>
#include <tn/mmio.h>
#include <tn/sysreg.h>
#include <tn/time.h>
#include <tn/watchdog.h>

#define SGI 3

static TN_NORETURN void spin(void)
{
    __asm__ volatile("msr daifset, #15");
    for (;;) {}
}

/* All that a guest has of its CPU's interface to hold interrupts back, priority 0 included. */
static void close_interface(void)
{
    if (TN_BOARD_GICR_SIZE == 0) {
        tn_mmio_write32(TN_BOARD_GICC_BASE, 0);     /* GICC_CTLR */
        tn_mmio_write32(TN_BOARD_GICC_BASE + 4, 0); /* GICC_PMR */
        return;
    }
    __asm__ volatile("msr S3_0_C4_C6_0, xzr\n\t"    /* ICC_PMR_EL1 */
                     "msr S3_0_C12_C12_7, xzr\n\t"  /* ICC_IGRPEN1_EL1 */
                     "msr S3_0_C12_C8_4, %0\n\tisb" /* ICC_AP1R0_EL1 */
                     :
                     : "r"(1ull));
}

static void on_sgi(void *arg)
{
    (void)arg;
    spin();
}

int main(int argc, char **argv)
{
    unsigned kicks = (unsigned)atoi(argv[1]);
    uint64_t half = (uint64_t)atoi(argv[2]) * 500000;

    if (argc != 4) {
        return 2;
    }
    for (unsigned i = 0; i < kicks; i++) {
        uint64_t begin = tn_time_now();

        if (tn_watchdog_kick() != TN_OK) {
            return 3;
        }
        while (tn_time_now() - begin < half) {}
    }
    printf("%u kicks\n", kicks);
    fflush(stdout);
    switch (argv[3][0]) {
    case 'i':
        if (tn_irq_attach(SGI, on_sgi, NULL) || tn_irq_enable(SGI)) {
            return 4;
        }
        tn_irq_unmask();
        tn_irq_pend(SGI);
        break;
    case 'w':
        for (;;) {
            __asm__ volatile("msr daifset, #15\n\twfi");
        }
    case 'c':
        close_interface();
        break;
    case 'p':
        return 0;
    default:
        break;
    }
    spin();
}
