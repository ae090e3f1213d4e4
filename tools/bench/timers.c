/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a timer costs against the number of those that wait already, the paper's Figure 9: to
 * start one among them, to stop it, and, when one is due, the whole interrupt that fires it.  With
 * a fixed tick (option TN_TICK_HZ) also the interrupt at which nothing is due.
 */
#include <stddef.h>
#include <tn/alarm.h>
#include <tn/bench.h>
#include <tn/irq.h>
#include <tn/sysreg.h>
#include <tn/time.h>

#define OTHERS 10000
#define TIMES 100
#define FAR 4000000000u /* ticks: after everything that is measured */
#define SPREAD 7919u    /* a prime: deadlines in no order */

static struct tn_alarm others[OTHERS];
static struct tn_alarm one;
static uint32_t waiting;
static volatile uint32_t fired, expected;

static void ignore(struct tn_alarm *alarm)
{
    (void)alarm;
}

static void fire(struct tn_alarm *alarm)
{
    (void)alarm;
    fired++;
}

static void others_wait(void *context)
{
    uint32_t wanted = (uint32_t)(uintptr_t)context;

    for (; waiting < wanted; waiting++) {
        uint64_t after = FAR + waiting * SPREAD % OTHERS * 1000;

        tn_alarm_init(&others[waiting], ignore);
        tn_alarm_start(&others[waiting], tn_time_ticks() + after, 0);
    }
}

/* Among the others, not before or behind them all. */
static uint64_t in_the_middle(void)
{
    return tn_time_ticks() + FAR + OTHERS / 2 * 1000;
}

static void start(void *context)
{
    uint64_t deadline = in_the_middle();

    (void)context;
    tn_bench_begin();
    tn_alarm_start(&one, deadline, 0);
    tn_bench_end();
    tn_alarm_stop(&one);
}

static void stop(void *context)
{
    (void)context;
    tn_alarm_start(&one, in_the_middle(), 0);
    tn_bench_begin();
    tn_alarm_stop(&one);
    tn_bench_end();
}

/* It is due while interrupts are masked; its interrupt comes between the marks. */
static void expire(void *context)
{
    uint64_t daif = tn_irq_mask(), deadline = tn_time_ticks() + 10;

    (void)context;
    expected = fired + 1;
    tn_alarm_start(&one, deadline, 0);
    do {
        tn_wfi(); /* a masked interrupt ends it, too: the comparator's, or the next tick's */
    } while (tn_time_ticks() < deadline + 10);
    tn_bench_begin();
    tn_irq_restore(daif);
    tn_isb();
    tn_bench_end();
}

static bool was_fired(void *context)
{
    (void)context;
    return fired == expected;
}

static void nothing_due(void *context)
{
    uint64_t daif = tn_irq_mask();

    (void)context;
    tn_wfi();
    tn_bench_begin();
    tn_irq_restore(daif);
    tn_isb();
    tn_bench_end();
}

#define AMONG(count)                                                                               \
    {"start, " #count, others_wait, start, NULL, (void *)(uintptr_t)(count), TIMES},               \
        {"stop, " #count, others_wait, stop, NULL, (void *)(uintptr_t)(count), TIMES},             \
    {                                                                                              \
        "expire, " #count, others_wait, expire, was_fired, (void *)(uintptr_t)(count), TIMES       \
    }

#define NOTHING(count)                                                                             \
    {                                                                                              \
        "nothing due, " #count, others_wait, nothing_due, NULL, (void *)(uintptr_t)(count), TIMES  \
    }

/* The number of timers only grows. */
static const struct tn_bench tickless[] = {
    AMONG(0), AMONG(1), AMONG(10), AMONG(50), AMONG(100), AMONG(200), AMONG(1000), AMONG(10000),
};

static const struct tn_bench ticking[] = {
    AMONG(0),    NOTHING(0),    AMONG(1),     NOTHING(1),     AMONG(10),  NOTHING(10),
    AMONG(50),   NOTHING(50),   AMONG(100),   NOTHING(100),   AMONG(200), NOTHING(200),
    AMONG(1000), NOTHING(1000), AMONG(10000), NOTHING(10000),
};

int main(void)
{
    tn_alarm_init(&one, fire);
    return CONFIG_TN_TICK_HZ > 0 ? tn_bench_run(ticking, sizeof(ticking) / sizeof(ticking[0]))
                                 : tn_bench_run(tickless, sizeof(tickless) / sizeof(tickless[0]));
}
