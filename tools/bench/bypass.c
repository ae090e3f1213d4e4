/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bypass runtime's interrupt path, measured by itself.  The interrupt is an SGI of the CPU's
 * own, pended while interrupts are masked, so that it is "raised" by the instruction that
 * unmasks: no hypercall is inside what is measured.
 */
#include <stdbool.h>

#include <tn/bench.h>
#include <tn/irq.h>

#define INTID 1
#define TIMES 1000

static volatile uint32_t handled;
static uint32_t expected;
static volatile enum { ENTRY, EXIT, ROUND } phase;

static void handler(void *arg)
{
    if (phase == ENTRY)
        tn_bench_end();
    (void)arg;
    handled++;
    if (phase == EXIT)
        tn_bench_begin();
}

static void pend(void *context)
{
    (void)context;
    tn_irq_mask();
    tn_irq_pend(INTID);
    expected = handled + 1;
}

static void to_handler(void *context)
{
    (void)context;
    phase = ENTRY;
    tn_bench_begin();
    tn_irq_unmask();
}

static void from_handler(void *context)
{
    (void)context;
    phase = EXIT;
    tn_irq_unmask();
    tn_bench_end();
}

static void round_trip(void *context)
{
    (void)context;
    phase = ROUND;
    tn_bench_begin();
    tn_irq_unmask();
    tn_bench_end();
}

static bool was_handled(void *context)
{
    (void)context;
    return handled == expected;
}

static const struct tn_bench rows[] = {
    {"interrupt raised -> first line of the handler", pend, to_handler, was_handled, NULL, TIMES},
    {"handler's end -> interrupted code", pend, from_handler, was_handled, NULL, TIMES},
    {"interrupt raised -> back, whole round", pend, round_trip, was_handled, NULL, TIMES},
};

int main(void)
{
    if (tn_irq_attach(INTID, handler, NULL) || tn_irq_enable(INTID))
        return 2;
    tn_irq_unmask();
    return tn_bench_run(rows, sizeof(rows) / sizeof(rows[0])) ? 1 : 0;
}
