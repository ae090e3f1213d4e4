/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three control loops under EDF that are promised 95 percent of the CPU together: priorities by
 * rate can promise three loops no more than 78.  Then one of them runs wild: its budget keeps it
 * away from the others, and its missed deadlines are counted and reported.
 */
#include <stdio.h>
#include <tn/edf.h>
#include <tn/thread.h>
#include <tn/time.h>

#define MS 1000000ull
#define STACK 8192
#define JOBS 40

struct loop {
    const char *name;
    uint64_t period_ms;
    uint64_t budget_us;
    struct tn_thread thread;
    struct tn_edf edf;
    TN_ALIGNED(16) char stack[STACK];
};

static struct loop loops[] = {
    {.name = "current", .period_ms = 4, .budget_us = 1000},
    {.name = "speed", .period_ms = 10, .budget_us = 4000},
    {.name = "position", .period_ms = 14, .budget_us = 4200},
};

static bool wild;
static uint64_t epoch;

/* Use the CPU for so long, whoever comes in between. */
static void work(uint64_t us)
{
    for (uint64_t i = 0; i < us; i++) {
        for (volatile int n = 0; n < 140; n++) {}
    }
}

static void missed(struct tn_edf *edf)
{
    /* In a handler, as soon as the deadline has passed: the place for an emergency stop. */
    (void)edf;
}

static void *run(void *arg)
{
    struct loop *loop = arg;
    const struct tn_edf_attr attr = {
        .period_ns = loop->period_ms * MS,
        .budget_ns = loop->budget_us * 1000,
        .start_ns = epoch,
        .missed = missed,
    };
    int code = tn_edf_begin(&loop->edf, &attr);

    if (code != TN_OK) {
        printf("%s: not accepted: %d\n", loop->name, code);
        return NULL;
    }
    for (int job = 0; job < JOBS; job++) {
        work(loop->budget_us * 8 / 10);
        if (wild && loop == &loops[1] && job % 10 == 5) {
            work(20000);
        }
        tn_edf_wait(&loop->edf);
    }
    tn_edf_end(&loop->edf);
    return NULL;
}

static void run_all(const char *title)
{
    epoch = tn_time_now() + 5 * MS;
    for (int i = 0; i < 3; i++) {
        const struct tn_thread_attr attr = {
            .name = loops[i].name, .stack = loops[i].stack, .stack_size = STACK, .prio = 100};

        tn_thread_create(&loops[i].thread, &attr, run, &loops[i]);
    }
    printf("%s:\n", title);
    for (int i = 0; i < 3; i++) {
        const struct tn_edf *edf = &loops[i].edf;

        tn_thread_join(&loops[i].thread, NULL, TN_FOREVER);
        printf("  %-8s every %2u ms: %u jobs, %u missed, %u over budget\n", loops[i].name,
               (unsigned)loops[i].period_ms, (unsigned)edf->jobs, (unsigned)edf->misses,
               (unsigned)edf->overruns);
    }
}

int main(void)
{
    run_all("95 percent of the CPU promised");
    wild = true;
    run_all("one loop runs wild");
    return 0;
}
