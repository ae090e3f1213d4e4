/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A timer that is due again before its handler has ended: its level stays, and the next interrupt
 * has to come when the guest's end of this one has deactivated it.  Status 0 when all have come.
 */
#include <stddef.h>
#include <stdint.h>
#include <tn/irq.h>
#include <tn/sysreg.h>

#define TIMER 27 /* virtual */
#define TICKS 20
#define DUE 4u /* CNTV_CTL_EL0.ISTATUS */

static volatile unsigned ticks;

static void on_tick(void *arg)
{
    (void)arg;
    if (++ticks == TICKS) {
        tn_sysreg_write(cntv_ctl_el0, 0);
        return;
    }
    tn_sysreg_write(cntv_tval_el0, tn_sysreg_read(cntfrq_el0) / 100000);
    do {
        tn_isb();
    } while (!(tn_sysreg_read(cntv_ctl_el0) & DUE));
}

int main(void)
{
    if (tn_irq_attach(TIMER, on_tick, NULL) || tn_irq_enable(TIMER)) {
        return 2;
    }
    tn_sysreg_write(cntv_tval_el0, 1000);
    tn_sysreg_write(cntv_ctl_el0, 1);
    tn_irq_unmask();
    while (ticks < TICKS) {
        tn_wfi();
    }
    return 0;
}
