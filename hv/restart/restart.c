/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Restart of the partition that has ended on this CPU: the CPU goes the way of a start once more,
 * from where Mortise runs at its linked address (hv/mortise/start.S), which clears .bss, the
 * partition's memory and its registers.  What has to outlive that is how often it has happened.
 * Other partitions, what is shared with them, and the distributor are left alone.
 */
#include <tn/hv/partition.h>

#include <tn/hv/cpus.h>
#include <tn/hv/report.h>
#include <tn/sysreg.h>
#include <tn/uart.h>

/* hv/mortise/start.S: its `x0` for C, physical image and .bss. */
TN_NORETURN void at_virtual(uint64_t x0, uint64_t base, uint64_t bss);

/* Of the restarts so far the last ones, by the counter; not cleared at a start. */
struct history {
    uint64_t times[TN_RESTART_TIMES_MAX];
    uint32_t count;
};

static struct history own_history TN_SECTION(".bss.0keep");

/* A partition with several CPUs may end on any of them. */
static struct history histories[TN_HV_SMP ? CONFIG_PARTITIONS : 1] TN_SECTION(".bss.0shared");

static struct history *history(void)
{
    return TN_HV_SMP ? &histories[tn_hv_partition.index] : &own_history;
}

static struct {
    uint64_t base, bss;
    uint64_t window; /* ticks; 0: for ever */
    unsigned policy, times;
} own;

static void start(const struct tn_hv_boot *boot)
{
    if (boot->fresh && !boot->again) {
        history()->count = 0;
    }
    own.base = boot->base;
    own.bss = boot->bss;
    own.policy = boot->desc->restart;
    own.times = boot->desc->restart_times;
    own.window = tn_sysreg_read(cntfrq_el0) * boot->desc->restart_window_ms / 1000;
}

static bool wanted(enum tn_hv_end why)
{
    return own.policy == TN_RESTART_ALWAYS ||
           (own.policy == TN_RESTART_FAULT && why != TN_HV_END_DONE);
}

/* The restart before the last `times` ones must be longer ago than the window. */
static bool allowed(uint64_t now)
{
    if (history()->count < own.times) {
        return true;
    }
    return own.window != 0 &&
           now - history()->times[(history()->count - own.times) % TN_RESTART_TIMES_MAX] >
               own.window;
}

void tn_hv_restart(enum tn_hv_end why)
{
    uint64_t now = tn_sysreg_read(cntpct_el0);
    bool again = allowed(now);

    if (!wanted(why)) {
        return;
    }
    tn_hv_lock();
    tn_hv_partition_line();
    tn_hv_text(again ? " restarts\n" : " is not restarted any more\n");
    tn_hv_unlock();
    tn_uart_flush(HV_VA_CONSOLE);
    if (!again) {
        return;
    }
    history()->times[history()->count++ % TN_RESTART_TIMES_MAX] = now;
    if (CONFIG_HV_CPUS > 1) {
        tn_hv_cpus_again();
    }
    at_virtual(1ull << HV_AGAIN_BIT | tn_hv_partition.slot, own.base, own.bss);
}

TN_HV_START(start);
