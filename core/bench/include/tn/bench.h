/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Benchmarks as a table.  A row is prepared and executed `times` times; execute marks what is
 * to be measured with tn_bench_begin() and tn_bench_end(), which may stand in different
 * functions, threads or handlers of one CPU.  The cost of the marks themselves is measured
 * first and taken off.  The unit is that of <tn/pmu.h>: instructions under -icount, cycles on
 * silicon.
 */
#ifndef TN_BENCH_H
#define TN_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tn/pmu.h>

struct tn_bench {
    const char *name;
    void (*prepare)(void *context); /* before every execution, not measured; may be NULL */
    void (*execute)(void *context);
    bool (*check)(void *context); /* after every execution: did it do its work? may be NULL */
    void *context;
    uint32_t times; /* 1 .. CONFIG_BENCH_SAMPLES */
};

extern volatile uint64_t tn_bench_first, tn_bench_last;

/* The row that runs, from 1; 0 before the first.  Who traces the machine from outside sees it. */
extern volatile uint32_t tn_bench_row;

/* Mark the beginning and the end of what is measured.  Any context. */
static inline void tn_bench_begin(void)
{
    tn_bench_first = tn_pmu_cycles();
}

static inline void tn_bench_end(void)
{
    tn_bench_last = tn_pmu_cycles();
}

/*
 * Run every row in order and print, a row each, a line for people and one of JSON behind
 * "bench: ".  Returns the number of rows that failed: a check that was false, `times` out of
 * range, or an end that came before its beginning.  Thread context.
 */
int tn_bench_run(const struct tn_bench *rows, size_t count);

#endif
