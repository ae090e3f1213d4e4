/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends again and again: args[1] is how ("fault", "wild", or a status).  Before that it fills its
 * memory and leaves a timer interrupt pending and another active; each start checks that nothing of
 * the last one is there, and says how often it was started, which the neighbour counts for it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tn/chan.h>
#include <tn/hypercall.h>
#include <tn/irq.h>
#include <tn/sysreg.h>

#define TIMER 30 /* the physical one: the virtual one is the kernel's */

static uint8_t dirt[20000];
static volatile unsigned ticks;

static void end(const char *how)
{
    if (how[0] == 'f') {
        *(volatile int *)(uintptr_t)0x12345678 = 1;
    }
    if (how[0] == 'w') {
        ((void (*)(void))(uintptr_t)0x40000000)();
    }
    exit(atoi(how));
}

/* Ends in the handler: the interrupt stays active, an SGI behind it pending. */
static void on_tick(void *arg)
{
    ticks++;
    tn_irq_pend(3);
    end(arg);
}

static void on_self(void *arg)
{
    (void)arg;
}

int main(int argc, char **argv)
{
    struct tn_chan count;
    uint32_t starts = 0;

    for (unsigned i = 0; i < sizeof(dirt); i++) {
        if (dirt[i] != 0) {
            puts("memory is not clean");
            return 0;
        }
    }
    if (argc < 2 || tn_chan_open(&count, "count") != TN_OK) {
        return 0;
    }
    if (count.end->role == TN_CHANNEL_RECEIVER) {
        /* The neighbour: until nothing has come for a while. */
        unsigned want = (unsigned)atoi(argv[1]);

        while (starts < want) {
            uint32_t seen;

            if (tn_chan_receive(&count, &seen, sizeof(seen)) == sizeof(seen)) {
                starts++;
            }
        }
        printf("%u starts\n", (unsigned)starts);
        return 0;
    }
    tn_chan_send(&count, &starts, sizeof(starts));
    if (tn_irq_attach(TIMER, on_tick, argv[1]) || tn_irq_attach(3, on_self, NULL) ||
        tn_irq_enable(TIMER) || tn_irq_enable(3)) {
        puts("no interrupts");
        return 0;
    }
    memset(dirt, 0xa5, sizeof(dirt));
    tn_sysreg_write(cntp_tval_el0, 1000);
    tn_sysreg_write(cntp_ctl_el0, 1);
    tn_irq_unmask();
    for (;;) {
        tn_wfi();
    }
}
