/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watchdogs of partitions with CPUs of their own.  Each CPU has its EL2 timer set for the deadline
 * that they share, as an interrupt of Group 0, which the guest can neither see nor mask; one that
 * comes before the deadline, since another CPU has kicked, is set again.  With one CPU a kick sets
 * the timer itself, and nothing ever comes.
 */
#include <tn/hv/watchdog.h>

#include <tn/board.h>
#include <tn/gic.h>
#include <tn/hv/cpus.h>
#include <tn/hv/fiq.h>
#include <tn/hv/irq.h>
#include <tn/hv/report.h>
#include <tn/sysreg.h>

#define TIMER_ON 1u
#define NEVER ((uint64_t)INT64_MAX)

static uint64_t *deadline(void)
{
    return tn_hv_watchdog_deadline(tn_hv_partition.index);
}

void tn_hv_watchdog_arm(const struct tn_hv_boot *boot)
{
    tn_hv_lock(); /* the distributor's control register */
    if (!tn_gic_kick_init(&tn_hv_gic)) {
        tn_hv_partition_line();
        tn_hv_text(
            " has a watchdog, and the firmware of this board keeps FIQs to itself; give it a "
            "pool of CPUs, or remove watchdog_ms");
        tn_hv_stop();
    }
    tn_gic_kick_add(&tn_hv_gic, TN_BOARD_TIMER_HYP_IRQ);
    tn_hv_unlock();
    /* A CPU that joins later has the deadline of the others. */
    if (boot->fresh) {
        tn_hv_watchdog_kick();
    } else {
        tn_sysreg_write(cnthp_cval_el2, __atomic_load_n(deadline(), __ATOMIC_RELAXED));
    }
    tn_sysreg_write(cnthp_ctl_el2, TIMER_ON);
    tn_isb();
}

static void expire(const struct tn_hv_frame *frame)
{
    uint64_t until = __atomic_load_n(deadline(), __ATOMIC_RELAXED);

    if ((int64_t)(tn_sysreg_read(cntpct_el0) - until) < 0) {
        tn_sysreg_write(cnthp_cval_el2, until);
        return;
    }
    /* Of several CPUs one reports it and stops the others; a kick that comes just now is in time.
     */
    if (__atomic_compare_exchange_n(deadline(), &until, NEVER, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED)) {
        tn_sysreg_write(cnthp_ctl_el2, 0);
        tn_hv_guest_expired(frame, "watchdog expired");
    }
    tn_sysreg_write(cnthp_cval_el2, until);
}

TN_HV_FIQ(TN_BOARD_TIMER_HYP_IRQ, expire);
