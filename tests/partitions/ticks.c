/* SPDX-License-Identifier: Apache-2.0 */
/* 100 timer interrupts on the CPU that the first argument names; status 0 when all came here. */
#include <stdint.h>
#include <stdlib.h>
#include <tn/irq.h>
#include <tn/sysreg.h>

#define TIMER 27 /* virtual */
#define TICKS 100
#define SELF 3 /* an SGI, to oneself */

static volatile unsigned ticks, selves;

static void on_tick(void *arg)
{
    (void)arg;
    ticks++;
    tn_sysreg_write(cntv_tval_el0, tn_sysreg_read(cntfrq_el0) / 2000);
    tn_irq_pend(SELF);
}

static void on_self(void *arg)
{
    (void)arg;
    selves++;
}

int main(int argc, char **argv)
{
    if (argc != 2 || (tn_sysreg_read(mpidr_el1) & 0xff) != (uint64_t)atoi(argv[1])) {
        return 1;
    }
    if (tn_irq_attach(TIMER, on_tick, NULL) || tn_irq_attach(SELF, on_self, NULL) ||
        tn_irq_enable(TIMER) || tn_irq_enable(SELF)) {
        return 2;
    }
    tn_sysreg_write(cntv_tval_el0, 1000);
    tn_sysreg_write(cntv_ctl_el0, 1);
    tn_irq_unmask();
    while (ticks < TICKS || selves < TICKS) {
        tn_wfi();
    }
    return tn_irq_stray_count() != 0;
}
