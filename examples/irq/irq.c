/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long an interrupt takes, in three ways: the timer's, in time, against the point at which
 * it was due; a pending one that is let in, in cycles of the performance monitors, to the first
 * line of its handler and from the last one back; and one that the program pends itself, with
 * the hypercall that this takes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <tn/board.h>
#include <tn/gtimer.h>
#include <tn/irq.h>
#include <tn/pmu.h>
#include <tn/time.h>

#define SAMPLES 1000
#define SGI 1 /* a software-generated interrupt, free to use */
#define TIMER TN_BOARD_TIMER_PHYS_IRQ
#define TIMER_PERIOD_NS 100000

/* The timer's handler takes the counter first of all, then sets the next point. */
static volatile unsigned ticks_seen;
static uint64_t due, ticks_late[SAMPLES];

static void on_timer(void *ctx)
{
    uint64_t now = tn_time_ticks();

    (void)ctx;
    ticks_late[ticks_seen++] = now - due;
    if (ticks_seen < SAMPLES) {
        due += tn_time_to_ticks(TIMER_PERIOD_NS);
        tn_gtimer_phys_set(due);
    } else {
        tn_gtimer_phys_stop();
    }
}

static volatile uint64_t entered, left;

static void on_sgi(void *ctx)
{
    entered = tn_pmu_cycles();
    (void)ctx;
    left = tn_pmu_cycles();
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void report(const char *name, uint64_t *samples, const char *unit)
{
    qsort(samples, SAMPLES, sizeof(samples[0]), compare);
    printf("%-44s %6u %6u %6u %6u %s\n", name, (unsigned)samples[0], (unsigned)samples[SAMPLES / 2],
           (unsigned)samples[SAMPLES - 1 - SAMPLES / 1000], (unsigned)samples[SAMPLES - 1], unit);
}

static void measure_timer(void)
{
    due = tn_time_ticks() + tn_time_to_ticks(TIMER_PERIOD_NS);
    tn_gtimer_phys_set(due);
    while (ticks_seen < SAMPLES) {}
    for (int i = 0; i < SAMPLES; i++) {
        ticks_late[i] = tn_time_from_ticks(ticks_late[i]);
    }
    report("timer is due -> handler", ticks_late, "ns");
}

/* What reading the counter twice costs; taken off every sample. */
static uint64_t overhead(void)
{
    uint64_t least = UINT64_MAX;

    for (int i = 0; i < 100; i++) {
        uint64_t start = tn_pmu_cycles(), cycles = tn_pmu_cycles() - start;

        least = cycles < least ? cycles : least;
    }
    return least;
}

static void measure_sgi(void)
{
    static uint64_t entry[SAMPLES], exit[SAMPLES], pend[SAMPLES];
    uint64_t reading = overhead();

    for (int i = 0; i < SAMPLES; i++) {
        uint64_t start, end, daif = tn_irq_mask();

        tn_irq_pend(SGI);
        start = tn_pmu_cycles();
        tn_irq_unmask(); /* taken here */
        end = tn_pmu_cycles();
        tn_irq_restore(daif);
        entry[i] = entered - start - reading;
        exit[i] = end - left - reading;

        start = tn_pmu_cycles();
        tn_irq_pend(SGI);
        pend[i] = entered - start - reading;
    }
    report("pending interrupt let in -> handler", entry, "cycles");
    report("handler's end -> interrupted program", exit, "cycles");
    report("tn_irq_pend() -> handler, with its hypercall", pend, "cycles");
}

int main(void)
{
    if (tn_irq_attach(TIMER, on_timer, NULL) != TN_OK || tn_irq_enable(TIMER) != TN_OK ||
        tn_irq_attach(SGI, on_sgi, NULL) != TN_OK || tn_irq_enable(SGI) != TN_OK) {
        puts("an interrupt is not to be had");
        return 1;
    }
    tn_pmu_start();
    printf("%-44s %6s %6s %6s %6s\n", "interrupt latency, 1000 samples", "min", "median", "p99.9",
           "max");
    measure_timer();
    measure_sgi();
    printf("stray interrupts: %u\n", (unsigned)tn_irq_stray_count());
    return 0;
}
