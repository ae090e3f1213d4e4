/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a period of a periodic timer costs among many of random periods; and many one-shot timers
 * that became due while interrupts were masked, started in no order.
 */
#include <stddef.h>
#include <stdint.h>
#include <tn/alarm.h>
#include <tn/bench.h>
#include <tn/irq.h>
#include <tn/sysreg.h>
#include <tn/time.h>

#define MOST 10000u
#define PERIODS 1000
#define TIMES 20
#define MS 1000000ull
#define GAP_NS 20000u /* from one period of any timer to the next, on average */

static struct tn_alarm alarms[MOST + 1];
static uint32_t running;
static volatile uint32_t fired;
static uint64_t seed = 4711;

static uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (seed >> 33) % below;
}

static void fire(struct tn_alarm *alarm)
{
    (void)alarm;
    fired++;
}

static void stop_all(void)
{
    for (uint32_t i = 0; i <= MOST; i++) {
        tn_alarm_stop(&alarms[i]);
    }
    running = 0;
}

/* Together they have a period every GAP_NS, whatever their number. */
static void run_periodic(void *context)
{
    uint32_t wanted = (uint32_t)(uintptr_t)context;
    uint64_t mean = tn_time_to_ticks((uint64_t)wanted * GAP_NS);

    if (running == wanted) {
        return;
    }
    stop_all();
    for (; running < wanted; running++) {
        uint64_t period = mean / 2 + draw(mean);

        tn_alarm_start(&alarms[running], tn_time_ticks() + 1 + draw(period), period);
    }
    tn_sleep_until(tn_time_now() + wanted * GAP_NS); /* what came due meanwhile is over */
}

/* The next one, or what comes due with it: the whole interrupt, and the timer started again. */
static void period(void *context)
{
    uint64_t daif = tn_irq_mask();

    (void)context;
    tn_wfi(); /* a masked interrupt ends it, too */
    tn_bench_begin();
    tn_irq_restore(daif);
    tn_isb();
    tn_bench_end();
}

/* Due at once, started in no order. */
static void overdue(void *context)
{
    uint32_t count = (uint32_t)(uintptr_t)context;
    uint64_t daif, from;

    stop_all();
    daif = tn_irq_mask();
    from = tn_time_ticks() + tn_time_to_ticks(10 * MS);
    for (uint32_t i = 0; i < count; i++) {
        tn_alarm_start(&alarms[i], from + draw(100000), 0);
    }
    fired = 0;
    while (tn_time_ticks() < from + 100000) {}
    tn_bench_begin();
    tn_irq_restore(daif);
    while (fired < count) {} /* an interrupt does a part of it only */
    tn_bench_end();
}

static bool all_fired(void *context)
{
    return fired == (uint32_t)(uintptr_t)context;
}

#define N(count) ((void *)(uintptr_t)(count))

static const struct tn_bench rows[] = {
    {"a period, 1", run_periodic, period, NULL, N(1), PERIODS},
    {"a period, 200", run_periodic, period, NULL, N(200), PERIODS},
    {"a period, 1000", run_periodic, period, NULL, N(1000), PERIODS},
    {"a period, 10000", run_periodic, period, NULL, N(10000), PERIODS},
    {"overdue, 200", NULL, overdue, all_fired, N(200), TIMES},
    {"overdue, 1000", NULL, overdue, all_fired, N(1000), TIMES},
    {"overdue, 10000", NULL, overdue, all_fired, N(10000), 1},
};

int main(void)
{
    for (uint32_t i = 0; i <= MOST; i++) {
        tn_alarm_init(&alarms[i], fire);
    }
    return tn_bench_run(rows, sizeof(rows) / sizeof(rows[0]));
}
