/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sleeping without an interrupt handler.  WFI ends when an interrupt is pending at the CPU,
 * masked or not (Arm ARM D1.16.2).  So the virtual timer's interrupt is enabled in the GIC but
 * masked in PSTATE: the program goes on right behind the WFI, with no exception entry, no
 * acknowledge and no return in the way.  The timer is stopped before PSTATE.I opens, so that
 * nobody ever takes that interrupt.
 *
 * The alternative, WFE with the counter's event stream, wakes at powers of two of the counter
 * and polls in between; it needs no GIC but is late by up to one stream period or burns the
 * time, and other interrupts would still have to be let in.
 */
#include <tn/time.h>

#include <stdbool.h>
#include <tn/board.h>
#include <tn/gtimer.h>
#include <tn/irq.h>
#include <tn/irqline.h>

/* The distributor must forward the timer's interrupt, or it would not end a WFI. */
static void enable_wakeup(void)
{
    static bool enabled;

    if (!enabled) {
        tn_irqline_prepare(TN_BOARD_TIMER_VIRT_IRQ);
        tn_irqline_enable(TN_BOARD_TIMER_VIRT_IRQ);
        enabled = true;
    }
}

/*
 * Something else is pending: let its handler run.  With the timer stopped nothing of ours can
 * come in; the ISB is where a pending interrupt is taken at the latest.
 */
static void take_others(uint64_t ticks)
{
    tn_gtimer_virt_stop();
    tn_isb();
    tn_irq_unmask();
    tn_isb();
    tn_irq_mask();
    tn_gtimer_virt_set(ticks);
}

void tn_sleep_until(uint64_t deadline)
{
    uint64_t ticks = tn_time_to_ticks(deadline);
    uint64_t daif;

    if (tn_time_ticks() >= ticks) {
        return;
    }
    enable_wakeup();
    daif = tn_irq_mask();
    tn_gtimer_virt_set(ticks);
    /*
     * No wake-up is lost between the test and the WFI: what becomes pending there stays so.
     * The ISB in tn_time_ticks() puts the timer's setting in force before the WFI.
     */
    while (tn_time_ticks() < ticks) {
        tn_wfi();
        if (!(daif & TN_IRQ_MASKED) && tn_time_ticks() < ticks) {
            take_others(ticks);
        }
    }
    tn_gtimer_virt_stop();
    tn_irq_restore(daif);
}
