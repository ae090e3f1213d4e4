/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercall group WATCHDOG.  The deadline of each partition is a word, which a kick moves.  What
 * comes at the deadline is others': on a CPU of the partition's own its EL2 timer, which a kick
 * sets (hv/watchdog-fiq); on a CPU of a pool the scheduler, which finds the word moved when it
 * looks (hv/pool/watch.c), so that a kick there is a store.
 */
#include <tn/hv/watchdog.h>

#include <tn/abi/cap.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/pool.h>
#include <tn/sysreg.h>

uint64_t tn_hv_watchdog_deadlines[CONFIG_PARTITIONS] TN_SECTION(".bss.0shared");

static uint64_t period; /* ticks; 0: none */
static bool pooled;

/* Where all that are watched are of one kind nobody has to ask. */
static bool has_timer(void)
{
    return CONFIG_POOL_WATCHDOGS == 0 || (CONFIG_POOL_WATCHDOGS < CONFIG_WATCHDOGS && !pooled);
}

uint64_t tn_hv_watchdog_ticks(uint32_t ms)
{
    return tn_sysreg_read(cntfrq_el0) * ms / 1000;
}

void tn_hv_watchdog_kick(void)
{
    uint64_t next;

    if (period == 0) {
        return;
    }
    next = tn_sysreg_read(cntpct_el0) + period;
    __atomic_store_n(tn_hv_watchdog_deadline(tn_hv_partition.index), next, __ATOMIC_RELAXED);
    if (has_timer()) {
        tn_sysreg_write(cnthp_cval_el2, next);
    }
}

void tn_hv_watchdog_begin(const struct tn_hv_boot *boot)
{
    if (boot->desc->watchdog_ms == 0) {
        return;
    }
    period = tn_hv_watchdog_ticks(boot->desc->watchdog_ms);
    pooled = tn_hv_in_pool();
    if (has_timer()) {
        tn_hv_watchdog_arm(boot);
    }
}

static TN_HC_FUNCTION long watchdog_kick(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x1, (void)x2, (void)x3;
    tn_hv_watchdog_kick();
    return period != 0 ? TN_HC_OK : TN_HC_INVALID;
}

REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_WATCHDOG, TN_CAP_WATCHDOG, watchdog_kick);
