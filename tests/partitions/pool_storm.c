/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instances of a pool that make more of interrupts than others do; status 0 when all was right.
 *
 *   storm ROUNDS   fifteen interrupts at once, more than there are list registers: each once
 *   quiet MS       has the timer's interrupt enabled and the timer off: none may come
 *   hostile MS     whatever an instance can do to Mortise and to its CPU
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tn/board.h>
#include <tn/hypercall.h>
#include <tn/irq.h>
#include <tn/mmio.h>
#include <tn/sched_pool.h>
#include <tn/sysreg.h>
#include <tn/time.h>

#include "random.h"

#define GICC_CTLR 0x0u /* of a GICv2 */
#define GICC_PMR 0x4u
#define SGIS 12u
#define TIMER 27u /* virtual */
#define SPI 100u  /* of nobody else */
#define NS_PER_MS 1000000u
#define ROUND_NS 200000u
#define BEGIN_NS 50000000u
#define BUDGET_US 2000u /* as in the manifest */
#define PERIOD_US 10000u

static const uint8_t sources[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, TIMER, SPI, SPI + 1};
static volatile unsigned counts[SPI + 2];

static void on_interrupt(void *arg)
{
    if ((uintptr_t)arg == TIMER) {
        tn_sysreg_write(cntv_ctl_el0, 0);
    }
    counts[(uintptr_t)arg]++;
}

static bool open_all(void)
{
    for (unsigned i = 0; i < sizeof(sources); i++) {
        void *arg = (void *)(uintptr_t)sources[i];

        if (tn_irq_attach(sources[i], on_interrupt, arg) || tn_irq_enable(sources[i])) {
            return false;
        }
    }
    return true;
}

/* Without an exit: nothing but an interrupt brings Mortise here. */
static void spin(uint64_t ns)
{
    for (uint64_t end = tn_time_now() + ns; tn_time_now() < end;) {}
}

static void start_timer(uint64_t ticks)
{
    tn_sysreg_write(cntv_cval_el0, tn_time_ticks() + ticks);
    tn_sysreg_write(cntv_ctl_el0, 1);
    tn_isb();
}

/* The timer's comes last, when the list registers are full; odd rounds begin with fewer. */
static int storm(unsigned rounds)
{
    if (!open_all()) {
        return 2;
    }
    for (unsigned round = 1; round <= rounds; round++) {
        uint64_t daif = tn_irq_mask();
        unsigned sgis = round & 1 ? 4 : SGIS;

        for (unsigned i = 0; i < sgis; i++) {
            tn_irq_pend(i);
        }
        start_timer(1);
        tn_irq_pend(SPI);
        tn_irq_pend(SPI + 1);
        spin(ROUND_NS / 4);
        tn_irq_restore(daif);
        spin(ROUND_NS);
        for (unsigned i = 0; i < sizeof(sources); i++) {
            unsigned due = sources[i] < SGIS && sources[i] >= 4 ? round / 2 : round;

            if (counts[sources[i]] != due) {
                return 10 + sources[i];
            }
        }
        tn_sleep_until(tn_time_now() + ROUND_NS);
    }
    return tn_irq_stray_count() != 0;
}

static int quiet(uint64_t ms)
{
    uint64_t begin = tn_time_now();

    if (!open_all()) {
        return 2;
    }
    if (tn_sched_pool_priority(51) == 0 || tn_sched_pool_priority(256) == 0 ||
        tn_sched_pool_priority(49) != 0 || tn_sched_pool_priority(50) != 0 ||
        tn_sched_pool_budget(19, 100) == 0 || tn_sched_pool_budget(200, 100) == 0) {
        return 3;
    }
    tn_sched_pool_sleep(tn_time_to_ticks(begin + NS_PER_MS));
    if (tn_time_now() < begin + NS_PER_MS) {
        return 4;
    }
    while (tn_time_now() < BEGIN_NS + ms * NS_PER_MS) {
        tn_sched_pool_yield();
    }
    if (tn_sched_pool_used() >= tn_time_to_ticks(ms * NS_PER_MS) ||
        tn_sched_pool_throttled() != 0) {
        return 5;
    }
    for (unsigned i = 0; i < sizeof(sources); i++) {
        if (counts[sources[i]] != 0) {
            return 10 + sources[i];
        }
    }
    return 0;
}

static uint64_t value(void)
{
    static const uint64_t edges[] = {0,   16,   27,       32,         100,       255,
                                     256, 1020, 10000000, UINT32_MAX, INT64_MAX, UINT64_MAX};

    switch (next() % 3) {
    case 0:
        return next();
    case 1:
        return next() % 40;
    default:
        return edges[next() % (sizeof(edges) / sizeof(edges[0]))] + next() % 3 - 1;
    }
}

/*
 * Any function of any group but EXIT.  SLEEP, BUDGET and PRIORITY have cases of their own, so that
 * it goes on being the most urgent.
 */
static void call(void)
{
    uint64_t group = next() % 3 == 0   ? 1 + next() % (TN_HC_GROUPS - 1)
                     : next() % 2 == 0 ? TN_HC_GROUP_SCHED
                                       : TN_HC_GROUP_IRQ;
    uint64_t id = TN_HC_BASE | group << 8 | next() % 9;

    if (id != TN_HC_SCHED_SLEEP && id != TN_HC_SCHED_BUDGET && id != TN_HC_SCHED_PRIORITY) {
        tn_hypercall3(id, value(), value(), value());
    }
}

/* The controller's interface, which is this instance's own, in any state and back. */
static void set_interface(uint32_t priority, bool split, bool on)
{
#if TN_BOARD_GICR_SIZE
    tn_sysreg_write(icc_pmr_el1, priority);
    tn_sysreg_write(icc_ctlr_el1, split ? 2 : 0);
    tn_sysreg_write(icc_igrpen1_el1, on ? 1 : 0);
    tn_isb();
#else
    tn_mmio_write32(TN_BOARD_GICC_BASE + GICC_PMR, priority);
    tn_mmio_write32(TN_BOARD_GICC_BASE + GICC_CTLR, (split ? 1u << 9 : 0) | (on ? 1 : 0));
#endif
}

static void twist(void)
{
    uint32_t priority = next() & 0xff;
    bool split = next() & 1, on = next() & 1;

    set_interface(priority, split, on);
    start_timer(next() % 1000);
    tn_wfi();
    set_interface(0xff, false, true);
}

static void harass(void)
{
    switch (next() % 8) {
    case 0:
        tn_sysreg_write(cntv_cval_el0, value());
        tn_sysreg_write(cntv_ctl_el0, next() & 3);
        break;
    case 1:
        start_timer(next() % 2000);
        tn_wfi();
        break;
    case 2:
        for (unsigned i = next() % 64; i > 0; i--) {
            tn_hypercall2(TN_HC_IRQ_SEND, next() % 16, 1);
            __asm__ volatile("wfe");
        }
        break;
    case 3:
        tn_hypercall2(TN_HC_SCHED_BUDGET, BUDGET_US, next() % PERIOD_US);
        tn_hypercall2(TN_HC_SCHED_BUDGET, BUDGET_US, PERIOD_US); /* no refill for the asking */
        tn_hypercall1(TN_HC_SCHED_PRIORITY, 128 + next() % 1000);
        break;
    case 4:
        tn_hypercall1(TN_HC_IRQ_DISABLE, TIMER);
        tn_hypercall1(TN_HC_IRQ_PEND, TIMER); /* for others it is the same number */
        break;
    case 5:
        start_timer(next() % 1000);
        tn_hypercall1(TN_HC_SCHED_SLEEP, value());
        break;
    case 6:
        twist();
        break;
    default:
        for (unsigned i = 0; i < 16; i++) {
            call();
        }
        break;
    }
}

static int hostile(uint64_t ms)
{
    /* The same share, but more at a time. */
    if (tn_sched_pool_budget(5 * BUDGET_US, 5 * PERIOD_US) == 0) {
        return 6;
    }
    for (unsigned i = 0; i < 16; i++) {
        tn_irq_attach(i, on_interrupt, (void *)(uintptr_t)i);
    }
    tn_irq_attach(TIMER, on_interrupt, (void *)(uintptr_t)TIMER);
    while (tn_time_now() < BEGIN_NS + ms * NS_PER_MS) {
        harass();
        tn_hypercall1(TN_HC_SCHED_PRIORITY, 255);
    }
    return 0;
}

int main(int argc, char **argv)
{
    unsigned long number = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

    if (argc == 3 && strcmp(argv[1], "storm") == 0) {
        return storm((unsigned)number);
    }
    if (argc == 3 && strcmp(argv[1], "quiet") == 0) {
        return quiet(number);
    }
    return argc == 3 && strcmp(argv[1], "hostile") == 0 ? hostile(number) : 99;
}
