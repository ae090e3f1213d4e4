/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercall group WATCHDOG.  The deadline of each partition is a word that its CPUs share: a kick
 * moves it, on whichever CPU.  Each CPU has its EL2 timer set for it, as an interrupt of Group 0,
 * which the guest can neither see nor mask; one that comes before the deadline, since another CPU
 * has kicked, is set again.  With one CPU a kick sets the timer itself, and nothing ever comes.
 */
#include <tn/hv/watchdog.h>

#include <tn/abi/cap.h>
#include <tn/board.h>
#include <tn/gic.h>
#include <tn/hv/cpus.h>
#include <tn/hv/fiq.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/irq.h>
#include <tn/hv/report.h>
#include <tn/sysreg.h>

#define TIMER_ON 1u
#define NEVER ((uint64_t)INT64_MAX)

/* By the physical counter, which all CPUs have in common; 0: the partition has no watchdog. */
static uint64_t deadlines[CONFIG_PARTITIONS] TN_SECTION(".bss.0shared");

static uint64_t period; /* ticks; 0: none */

static uint64_t *deadline(void)
{
    return &deadlines[CONFIG_PARTITIONS > 1 ? tn_hv_partition.index : 0];
}

void tn_hv_watchdog_kick(void)
{
    uint64_t next;

    if (period == 0) {
        return;
    }
    next = tn_sysreg_read(cntpct_el0) + period;
    __atomic_store_n(deadline(), next, __ATOMIC_RELAXED);
    tn_sysreg_write(cnthp_cval_el2, next);
}

void tn_hv_watchdog_begin(const struct tn_hv_boot *boot)
{
    if (boot->desc->watchdog_ms == 0) {
        return;
    }
    tn_hv_lock(); /* the distributor's control register */
    if (!tn_gic_kick_init(&tn_hv_gic)) {
        tn_hv_partition_line();
        tn_hv_text(" has a watchdog, and the firmware of this board keeps FIQs to itself; remove "
                   "watchdog_ms");
        tn_hv_stop();
    }
    tn_gic_kick_add(&tn_hv_gic, TN_BOARD_TIMER_HYP_IRQ);
    tn_hv_unlock();
    /* A board's counter runs at 1 GHz at most: that times 2^32 fits. */
    period = tn_sysreg_read(cntfrq_el0) * boot->desc->watchdog_ms / 1000;
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

static TN_HC_FUNCTION long watchdog_kick(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x1, (void)x2, (void)x3;
    tn_hv_watchdog_kick();
    return period != 0 ? TN_HC_OK : TN_HC_INVALID;
}

TN_HV_FIQ(TN_BOARD_TIMER_HYP_IRQ, expire);
REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_WATCHDOG, TN_CAP_WATCHDOG, watchdog_kick);
