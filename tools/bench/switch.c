/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Switches against the number of threads and preemption, the paper's Tables 4 and 5: with FP
 * registers of threads off or on (TN_FP), and, with -D TOUCH=1, touched by every thread between
 * two switches.  Each window goes from the call to the first instruction of the thread that it
 * leads to.
 */
#include <stddef.h>
#include <tn/bench.h>
#include <tn/thread.h>

#define THREADS 1000
#define STACK 16384 /* as POSIX threads have it; a power of two is the worst for a cache */
#define MAIN_PRIORITY 128
#define HIGH_PRIORITY 100

static struct tn_thread threads[THREADS - 1];
static TN_ALIGNED(16) char stacks[THREADS - 1][STACK];
static uint32_t running;

static struct tn_thread high;
static TN_ALIGNED(16) char high_stack[STACK];
static volatile uint32_t high_runs;
static uint32_t high_expected;

/* What a thread with FP does between two switches: the least that makes it one. */
static inline void work(void)
{
#if TOUCH
    __asm__ volatile("fmov d0, xzr");
#endif
}

static void *equal(void *arg)
{
    (void)arg;
    for (;;) {
        tn_bench_end();
        work();
        tn_bench_begin();
        tn_thread_yield();
    }
}

/* Threads never end: a row only ever needs more of them. */
static void more(void *context)
{
    uint32_t wanted = (uint32_t)(uintptr_t)context;

    while (running < wanted - 1) {
        const struct tn_thread_attr attr = {
            .stack = stacks[running],
            .stack_size = STACK,
            .prio = MAIN_PRIORITY,
        };

        tn_thread_create(&threads[running++], &attr, equal, NULL);
    }
}

/* One round of all threads, of which the last window, back into this thread, is the sample. */
static void round_of_all(void *context)
{
    (void)context;
    work();
    tn_bench_begin();
    tn_thread_yield();
    tn_bench_end();
}

static void *preempting(void *arg)
{
    (void)arg;
    for (;;) {
        tn_thread_suspend(&high);
        tn_bench_end();
        work();
        high_runs++;
    }
}

/* The first time the new thread runs, and suspends itself. */
static void preempt_prepare(void *context)
{
    const struct tn_thread_attr attr = {
        .stack = high_stack,
        .stack_size = STACK,
        .prio = HIGH_PRIORITY,
    };

    if (high_expected == 0) {
        tn_thread_create(&high, &attr, preempting, NULL);
    }
    (void)context;
    high_expected++;
}

static void preempt(void *context)
{
    (void)context;
    work();
    tn_bench_begin();
    tn_thread_resume(&high);
}

static bool preempted(void *context)
{
    (void)context;
    return high_runs == high_expected;
}

#define SWITCH(count, times)                                                                       \
    {                                                                                              \
        "switch, " #count " threads", more, round_of_all, NULL, (void *)(uintptr_t)(count), times  \
    }

/* Preemption first: nobody else is ready then. */
static const struct tn_bench rows[] = {
    {"preemption", preempt_prepare, preempt, preempted, NULL, 200},
    SWITCH(2, 200),
    SWITCH(10, 200),
    SWITCH(20, 200),
    SWITCH(50, 100),
    SWITCH(100, 100),
    SWITCH(1000, 20),
};

int main(void)
{
    tn_thread_set_priority(tn_thread_self(), MAIN_PRIORITY);
    return tn_bench_run(rows, sizeof(rows) / sizeof(rows[0]));
}
