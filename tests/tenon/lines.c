/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupt lines and the console of a program with several CPUs: a shared line goes where it is
 * sent, a detached one has no handler anywhere, and what two CPUs write at the same time stays
 * whole.  LINE: a shared interrupt that no device raises.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tn/board.h>
#include <tn/irq.h>
#include <tn/thread.h>
#include <tn/time.h>
#include <unistd.h>

#include "must.h"

#define LINE 100
#define ROUNDS 20
#define LONG_NS 300000
#define WRITES 40
#define WIDTH 60

#define GET(x) __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define SET(x, value) __atomic_store_n(&(x), (value), __ATOMIC_SEQ_CST)

static unsigned where, count;
static int inside, detaching;

static void note(void *arg)
{
    MUST(arg == &where);
    SET(where, tn_cpu_self());
    SET(count, count + 1);
}

static void await(const unsigned *what, unsigned value)
{
    while (GET(*what) != value) {
        tn_thread_yield();
        __asm__ volatile("yield");
    }
}

static void routes(void)
{
    MUST(tn_irq_set_cpu(LINE, 0) == TN_EINVAL); /* no handler */
    MUST(tn_irq_attach(LINE, note, &where) == TN_OK);
    MUST(tn_irq_attach(LINE, note, &where) == TN_EBUSY);
    MUST(tn_irq_set_cpu(LINE, tn_cpu_count()) == TN_ERANGE);
    MUST(tn_irq_set_cpu(TN_BOARD_TIMER_VIRT_IRQ, 0) == TN_EINVAL);
    MUST(tn_irq_enable(LINE) == TN_OK);
    MUST(tn_irq_pend(LINE) == TN_OK);
    await(&count, 1);
    MUST(where == tn_cpu_self()); /* who has attached it */
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned cpu = i % tn_cpu_count();

        MUST(tn_irq_set_cpu(LINE, cpu) == TN_OK);
        MUST(tn_irq_pend(LINE) == TN_OK);
        await(&count, 2 + i);
        MUST(where == cpu);
    }
    MUST(tn_irq_detach(LINE) == TN_OK);
    MUST(tn_irq_detach(LINE) == TN_EINVAL);
}

static void lasts(void *arg)
{
    uint64_t end;

    MUST(arg == &inside);
    SET(inside, 1);
    while (!GET(detaching)) {
        __asm__ volatile("yield");
    }
    end = tn_time_now() + LONG_NS;
    while (tn_time_now() < end) {
        __asm__ volatile("yield");
    }
    SET(inside, 0);
}

/* The handler is in its middle on another CPU when its line is detached. */
static void detaches(void)
{
    for (unsigned cpu = 1; cpu < tn_cpu_count(); cpu++) {
        MUST(tn_irq_attach(LINE, lasts, &inside) == TN_OK);
        MUST(tn_irq_set_cpu(LINE, cpu) == TN_OK);
        MUST(tn_irq_enable(LINE) == TN_OK);
        MUST(tn_irq_pend(LINE) == TN_OK);
        while (!GET(inside)) {
            __asm__ volatile("yield");
        }
        SET(detaching, 1);
        MUST(tn_irq_detach(LINE) == TN_OK);
        MUST(!GET(inside));
        SET(detaching, 0);
    }
}

static void *make_and_break(void *arg)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        int code = tn_irq_attach(LINE, note, &where);

        MUST(code == TN_OK || code == TN_EBUSY);
        if (code == TN_OK) {
            MUST(tn_irq_set_cpu(LINE, i % tn_cpu_count()) == TN_OK);
            MUST(tn_irq_enable(LINE) == TN_OK);
            MUST(tn_irq_pend(LINE) == TN_OK);
            MUST(tn_irq_detach(LINE) == TN_OK);
        }
    }
    return arg;
}

/* Whole lines, by a descriptor and by a stream. */
static void *writes(void *arg)
{
    char letter = (char)('A' + (uintptr_t)arg);
    char text[WIDTH + 1];

    memset(text, letter, WIDTH);
    text[WIDTH] = '\n';
    for (int i = 0; i < WRITES; i++) {
        if (i % 2) {
            MUST(write(1, text, sizeof(text)) == (ssize_t)sizeof(text));
        } else {
            MUST(fprintf(letter % 2 ? stdout : stderr, "%.*s\n", WIDTH, text) == WIDTH + 1);
        }
    }
    return arg;
}

static struct tn_thread threads[4];
static TN_ALIGNED(16) char stacks[4][8192];

static void on_each(void *(*entry)(void *))
{
    void *value;

    for (unsigned i = 0; i < tn_cpu_count(); i++) {
        const struct tn_thread_attr attr = {.name = "each",
                                            .stack = stacks[i],
                                            .stack_size = sizeof(stacks[i]),
                                            .prio = 100,
                                            .affinity = 1ull << i};

        MUST(tn_thread_create(&threads[i], &attr, entry, (void *)(uintptr_t)i) == TN_OK);
    }
    for (unsigned i = 0; i < tn_cpu_count(); i++) {
        MUST(tn_thread_join(&threads[i], &value, TN_FOREVER) == TN_OK &&
             value == (void *)(uintptr_t)i);
    }
}

int main(void)
{
    setvbuf(stderr, NULL, _IOLBF, 256);
    MUST(tn_thread_set_affinity(tn_thread_self(), 1) == TN_OK);
    routes();
    detaches();
    on_each(make_and_break);
    MUST(tn_thread_set_affinity(tn_thread_self(), UINT64_MAX) == TN_OK);
    on_each(writes);
    puts("ok");
    return 0;
}
