/* SPDX-License-Identifier: Apache-2.0 */
/* Runs benchmark tables and prints their statistics; what is measured is the caller's. */
#include <tn/bench.h>

#include <stdio.h>
#include <stdlib.h>

#define CALIBRATIONS 16

volatile uint64_t tn_bench_first, tn_bench_last;
volatile uint32_t tn_bench_row;

static uint32_t samples[CONFIG_BENCH_SAMPLES];

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The least cost of an empty measurement: what the marks add to every row. */
static uint64_t mark_cost(void)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < CALIBRATIONS; i++) {
        tn_bench_begin();
        tn_bench_end();
        uint64_t cost = tn_bench_last - tn_bench_first;
        if (cost < least)
            least = cost;
    }
    return least;
}

static bool run_row(const struct tn_bench *row, uint64_t overhead)
{
    bool good = true;
    tn_bench_row++;
    for (uint32_t i = 0; i < row->times; i++) {
        if (row->prepare)
            row->prepare(row->context);
        row->execute(row->context);
        uint64_t spent = tn_bench_last - tn_bench_first;
        good = good && tn_bench_last > tn_bench_first && spent >= overhead;
        samples[i] = spent >= overhead ? (uint32_t)(spent - overhead) : 0;
        if (row->check)
            good = good && row->check(row->context);
    }
    qsort(samples, row->times, sizeof(samples[0]), compare);
    return good;
}

static void print_row(const struct tn_bench *row, bool good)
{
    uint32_t n = row->times;
    /* Nearest rank: the smallest sample that 99.9 % of all do not exceed. */
    uint32_t p999 = samples[((uint64_t)n * 999 + 999) / 1000 - 1];
    printf("%-48s %8u %8u %8u %8u%s\n", row->name, (unsigned)samples[0],
           (unsigned)samples[(n - 1) / 2], (unsigned)p999, (unsigned)samples[n - 1],
           good ? "" : "  FAILED");
    printf("bench: {\"name\":\"%s\",\"n\":%u,\"min\":%u,\"median\":%u,\"p999\":%u,\"max\":%u,"
           "\"ok\":%s}\n",
           row->name, (unsigned)n, (unsigned)samples[0], (unsigned)samples[(n - 1) / 2],
           (unsigned)p999, (unsigned)samples[n - 1], good ? "true" : "false");
}

int tn_bench_run(const struct tn_bench *rows, size_t count)
{
    int failed = 0;

    tn_pmu_start();
    uint64_t overhead = mark_cost();
    printf("%-48s %8s %8s %8s %8s\n", "operation", "min", "median", "p99.9", "max");
    for (size_t i = 0; i < count; i++) {
        if (rows[i].times == 0 || rows[i].times > CONFIG_BENCH_SAMPLES) {
            printf("%s: times must be 1..%d\n", rows[i].name, CONFIG_BENCH_SAMPLES);
            failed++;
            continue;
        }
        bool good = run_row(&rows[i], overhead);
        print_row(&rows[i], good);
        failed += !good;
    }
    return failed;
}
