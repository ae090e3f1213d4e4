/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two instances of a pool, `a` and `b` (args[1]), and what Mortise executes when the CPU goes from
 * one to the other.  Each step has a time of its own.  count.c sees the marks, on this CPU only,
 * and every return from EL2: what is between is Mortise's, since nothing else runs at EL2 here.  In
 * steps with `b` it spins, less urgent than `a`.  pool_ring.c rings the bells from another CPU.
 */
#include "pool.h"

#include <stdbool.h>
#include <tn/chan.h>
#include <tn/irq.h>
#include <tn/sched_pool.h>
#include <tn/sysreg.h>
#include <tn/time.h>

#include "mark.h"

#define YIELDS 4
#define TIMER 27     /* virtual */
#define SOON 100000u /* ns */
#define LOW 100
#define BUDGET_US 100
#define PERIOD_US 1000

MARK(mark_yield)
MARK(mark_yield_alone)
MARK(mark_timer)
MARK(mark_wfi_alone)
MARK(mark_wfi)
MARK(mark_sleep)
MARK(mark_bell)
MARK(mark_bell_wfi)
MARK(mark_bell_other)
MARK(mark_give)
MARK(mark_budget)

static struct tn_chan bell;
static volatile bool rung, fired;

static void on_bell(void *arg)
{
    (void)arg;
    rung = true;
}

static void on_timer(void *arg)
{
    (void)arg;
    tn_sysreg_write(cntv_ctl_el0, 0);
    tn_isb(); /* the level is gone before the handler's end */
    fired = true;
}

static void arm(void)
{
    fired = false;
    tn_sysreg_write(cntv_tval_el0, tn_time_to_ticks(SOON));
    tn_sysreg_write(cntv_ctl_el0, 1);
    tn_isb();
}

static void spin_until(uint64_t time)
{
    while (tn_time_now() < time) {}
}

static void spin_for(volatile bool *flag)
{
    while (!*flag) {}
    *flag = false;
}

static void timers(void)
{
    tn_sleep_until(AT(STEP_TIMER, 0));
    arm();
    mark_timer();
    spin_for(&fired);
    arm();
    mark_wfi_alone();
    tn_wfi();
    spin_for(&fired);
    tn_sleep_until(AT(STEP_WFI, 200));
    arm();
    mark_wfi();
    tn_wfi();
    spin_for(&fired);
    tn_sleep_until(AT(STEP_SLEEP, 200));
    mark_sleep();
    tn_sleep_until(AT(STEP_SLEEP, 400));
}

static void bells(void)
{
    tn_sleep_until(AT(STEP_BELL, 200));
    mark_bell();
    spin_for(&rung);
    tn_sleep_until(AT(STEP_BELL_WFI, 200));
    mark_bell_wfi();
    tn_wfi();
    spin_for(&rung);
    tn_sleep_until(AT(STEP_BELL_OTHER, 200));
    mark_bell_other();
    spin_until(AT(STEP_BELL_OTHER, 800));
    mark_give();
}

static int urgent(void)
{
    tn_sleep_until(AT(STEP_YIELD, 0));
    for (int i = 0; i < YIELDS; i++) {
        mark_yield();
        tn_sched_pool_yield();
    }
    tn_sleep_until(AT(STEP_ALONE, 0));
    mark_yield_alone();
    tn_sched_pool_yield();
    timers();
    bells();
    tn_sleep_until(AT(STEP_BUDGET, 200));
    if (tn_sched_pool_budget(BUDGET_US, PERIOD_US) != TN_OK) {
        return 4;
    }
    mark_budget();
    spin_until(AT(STEP_BUDGET, 1800));
    return 0;
}

static int other(void)
{
    tn_sleep_until(AT(STEP_YIELD, 0));
    for (int i = 0; i < YIELDS; i++) {
        tn_sched_pool_yield();
    }
    if (tn_sched_pool_priority(LOW) != TN_OK) {
        return 4;
    }
    for (int step = STEP_WFI; step <= STEP_BUDGET; step++) {
        tn_sleep_until(AT(step, 0));
        if (step != STEP_BELL) {
            spin_until(AT(step, 1900));
        }
    }
    return rung ? 0 : 5;
}

int main(int argc, char **argv)
{
    bool is_a = argc == 2 && argv[1][0] == 'a';

    if (tn_chan_open(&bell, is_a ? "bell-a" : "bell-b") != TN_OK ||
        tn_chan_attach(&bell, on_bell, NULL) != TN_OK) {
        return 2;
    }
    if (tn_irq_attach(TIMER, on_timer, NULL) != TN_OK || tn_irq_enable(TIMER) != TN_OK) {
        return 3;
    }
    tn_irq_unmask();
    return is_a ? urgent() : other();
}
