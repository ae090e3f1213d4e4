/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bypass runtime's interrupt path, measured by itself.  The interrupts are SGIs of the CPU's
 * own, pended while interrupts are masked, so that one is "raised" by the instruction that
 * unmasks: no hypercall is inside what is measured.
 */
#include <stdbool.h>

#include <tn/bench.h>
#include <tn/irq.h>

#define TIMES 1000

/* One interrupt a row: its handler marks and does nothing else. */
enum { SGI_ENTRY = 1, SGI_EXIT, SGI_ROUND };

static volatile uint32_t handled;
static uint32_t expected;

static void entry_handler(void *arg)
{
    tn_bench_end();
    (void)arg;
    handled++;
}

static void exit_handler(void *arg)
{
    (void)arg;
    handled++;
    tn_bench_begin();
}

static void round_handler(void *arg)
{
    (void)arg;
    handled++;
}

static void pend(uint32_t intid)
{
    tn_irq_mask();
    tn_irq_pend(intid);
    expected = handled + 1;
}

static void pend_entry(void *context)
{
    (void)context;
    pend(SGI_ENTRY);
}

static void pend_exit(void *context)
{
    (void)context;
    pend(SGI_EXIT);
}

static void pend_round(void *context)
{
    (void)context;
    pend(SGI_ROUND);
}

/* The handler marks the end. */
static void to_handler(void *context)
{
    (void)context;
    tn_bench_begin();
    tn_irq_unmask();
}

/* The handler marks the beginning. */
static void from_handler(void *context)
{
    (void)context;
    tn_irq_unmask();
    tn_bench_end();
}

static void round_trip(void *context)
{
    (void)context;
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
    {"interrupt raised -> first line of the handler", pend_entry, to_handler, was_handled, NULL,
     TIMES},
    {"handler's end -> interrupted code", pend_exit, from_handler, was_handled, NULL, TIMES},
    {"interrupt raised -> back, whole round", pend_round, round_trip, was_handled, NULL, TIMES},
};

int main(void)
{
    int errors = 0;

    errors |= tn_irq_attach(SGI_ENTRY, entry_handler, NULL);
    errors |= tn_irq_attach(SGI_EXIT, exit_handler, NULL);
    errors |= tn_irq_attach(SGI_ROUND, round_handler, NULL);
    for (uint32_t intid = SGI_ENTRY; intid <= SGI_ROUND; intid++) {
        errors |= tn_irq_enable(intid);
    }
    if (errors) {
        return 2;
    }
    tn_irq_unmask();
    return tn_bench_run(rows, sizeof(rows) / sizeof(rows[0])) ? 1 : 0;
}
