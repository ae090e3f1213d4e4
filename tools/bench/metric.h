/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thread-Metric's seven loops, written anew from its description (Express Logic, "Measure your
 * RTOS's real-time performance", 2007).  metric_native.c and metric_posix.c give them an
 * interface: static functions thread_start, thread_relinquish, thread_suspend, thread_resume,
 * queue_send, queue_receive, sem_get, sem_put, block_get, block_put.
 *
 * A window holds OPS counted operations in the middle of a loop that goes on before and behind
 * it, so that an operation's figure is the window's divided by OPS.  What Thread-Metric counts:
 * every thread's round (cooperative, preemptive), every interrupt, every message, get and put.
 */
#ifndef METRIC_H
#define METRIC_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/bench.h>
#include <tn/board.h>
#include <tn/irq.h>
#include <tn/sysreg.h>

#define THREADS 5
#define OPS 100u
#define TIMES 5
#define TEST_IRQ TN_BOARD_TIMER_PHYS_IRQ

/* Thread-Metric's priorities: smaller is more urgent here. */
#define PRIORITY_EQUAL 100u
#define PRIORITY(n) (PRIORITY_EQUAL - (n))

static volatile uint64_t counters[THREADS];
static volatile uint64_t handled;
static volatile bool over;

static uint64_t sum(void)
{
    uint64_t total = 0;

    for (int i = 0; i < THREADS; i++) {
        total += counters[i];
    }
    return total;
}

static uint64_t sum_before;

/* All threads have done OPS rounds together. */
static bool check_sum(void *context)
{
    (void)context;
    return sum() - sum_before == OPS;
}

static void cooperate(void *arg)
{
    uint32_t n = (uint32_t)(uintptr_t)arg;

    while (!over) {
        thread_relinquish();
        counters[n]++;
    }
}

static void start_equals(void *context)
{
    (void)context;
    for (uint32_t n = 1; n < THREADS; n++) {
        thread_start(n, PRIORITY_EQUAL, cooperate);
    }
    thread_relinquish();
    sum_before = sum();
}

/* The main thread is the first of the five. */
static void cooperative(void *context)
{
    (void)context;
    tn_bench_begin();
    for (uint32_t i = 0; i < OPS / THREADS; i++) {
        thread_relinquish();
        counters[0]++;
    }
    tn_bench_end();
}

/* Thread n resumes the next more urgent one, counts, and suspends itself. */
static void preempt(void *arg)
{
    uint32_t n = (uint32_t)(uintptr_t)arg;

    for (;;) {
        thread_suspend(n);
        if (over) {
            return;
        }
        if (n + 1 < THREADS) {
            thread_resume(n + 1);
        }
        counters[n]++;
    }
}

static void start_stairs(void *context)
{
    (void)context;
    for (uint32_t n = 1; n < THREADS; n++) {
        thread_start(n, PRIORITY(n), preempt);
    }
    sum_before = sum();
}

static void preemptive(void *context)
{
    (void)context;
    tn_bench_begin();
    for (uint32_t i = 0; i < OPS / THREADS; i++) {
        thread_resume(1);
        counters[0]++;
    }
    tn_bench_end();
}

static void raise_irq(void)
{
    __asm__ volatile("msr cntp_ctl_el0, %0\n\tisb" : : "r"(1ul) : "memory");
}

static inline void quiet(void)
{
    __asm__ volatile("msr cntp_ctl_el0, xzr" : : : "memory");
}

static void handler_puts(void *arg)
{
    (void)arg;
    quiet();
    handled++;
    sem_put();
}

static void handler_resumes(void *arg)
{
    (void)arg;
    quiet();
    handled++;
    thread_resume(1);
}

static void attach(void (*handler)(void *))
{
    tn_irq_detach(TEST_IRQ);
    tn_irq_attach(TEST_IRQ, handler, NULL);
    tn_irq_enable(TEST_IRQ);
    handled = 0;
}

static void prepare_interrupt(void *context)
{
    (void)context;
    attach(handler_puts);
}

static void interrupt(void *context)
{
    (void)context;
    tn_bench_begin();
    for (uint32_t i = 0; i < OPS; i++) {
        raise_irq();
        sem_get();
        counters[0]++;
    }
    tn_bench_end();
}

static void prepare_interrupt_preemption(void *context)
{
    (void)context;
    attach(handler_resumes);
    thread_start(1, PRIORITY(1), preempt);
    counters[1] = 0;
}

static void interrupt_preemption(void *context)
{
    (void)context;
    tn_bench_begin();
    for (uint32_t i = 0; i < OPS; i++) {
        raise_irq();
        counters[0]++;
    }
    tn_bench_end();
}

static bool check_handled(void *context)
{
    return handled == OPS && (context == NULL || counters[1] == OPS);
}

static uint64_t sent[2], got[2];

static void message(void *context)
{
    (void)context;
    tn_bench_begin();
    for (uint32_t i = 0; i < OPS; i++) {
        sent[1]++;
        queue_send(sent);
        queue_receive(got);
        counters[0] += got[1] == sent[1];
    }
    tn_bench_end();
}

static void synchronise(void *context)
{
    (void)context;
    tn_bench_begin();
    for (uint32_t i = 0; i < OPS; i++) {
        sem_get();
        sem_put();
        counters[0]++;
    }
    tn_bench_end();
}

static void memory(void *context)
{
    (void)context;
    tn_bench_begin();
    for (uint32_t i = 0; i < OPS; i++) {
        void *block = block_get();

        block_put(block);
        counters[0] += block != NULL;
    }
    tn_bench_end();
}

static void prepare_count(void *context)
{
    (void)context;
    sum_before = sum();
}

/* Let the loops of the other threads end. */
static void end_threads(void *context)
{
    (void)context;
    over = true;
    for (uint32_t n = 1; n < THREADS; n++) {
        thread_resume(n);
        thread_join(n);
    }
    over = false;
    tn_bench_begin();
    tn_bench_end();
}

static void put_one(void *context)
{
    (void)context;
    sem_put();
    tn_bench_begin();
    tn_bench_end();
}

static const struct tn_bench rows[] = {
    {"cooperative", start_equals, cooperative, check_sum, NULL, TIMES},
    {"(end)", NULL, end_threads, NULL, NULL, 1},
    {"preemptive", start_stairs, preemptive, check_sum, NULL, TIMES},
    {"(end)", NULL, end_threads, NULL, NULL, 1},
    {"interrupt", prepare_interrupt, interrupt, check_handled, NULL, TIMES},
    {"interrupt and preemption", prepare_interrupt_preemption, interrupt_preemption, check_handled,
     (void *)1, TIMES},
    {"(end)", NULL, end_threads, NULL, NULL, 1},
    {"message", prepare_count, message, check_sum, NULL, TIMES},
    {"(one unit)", NULL, put_one, NULL, NULL, 1},
    {"synchronisation", prepare_count, synchronise, check_sum, NULL, TIMES},
    {"memory", prepare_count, memory, check_sum, NULL, TIMES},
};

#endif
