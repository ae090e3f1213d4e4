/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Priorities of interrupts: nesting to a depth of four, order of what is pending, a thread that
 * the innermost handler wakes, FP registers of nested handlers, threaded handlers, errors.
 * Software-generated interrupts of the own CPU stand for devices.  Prints "ok" at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tn/board.h>
#include <tn/irq.h>
#include <tn/irq_thread.h>
#include <tn/mutex.h>
#include <tn/sem.h>
#include <tn/thread.h>
#include <tn/time.h>

#include "must.h"

#define STACK 4096

static char trace[100];
static struct tn_sem woken = TN_SEM_INIT(0, 100);
static struct tn_thread waiter;
static TN_ALIGNED(16) char stack[2][STACK];

static void note(char c)
{
    size_t n = strlen(trace);

    MUST(n + 1 < sizeof(trace));
    trace[n] = c;
    trace[n + 1] = '\0';
}

/* Long enough for an interrupt that was raised to come, if it may. */
static void linger(void)
{
    tn_isb();
    for (volatile int i = 0; i < 200; i++) {}
}

static void pend(uint32_t intid)
{
    MUST(tn_irq_pend(intid) == TN_OK);
    linger();
}

/* From here on the handler is not interrupted. */
static __attribute__((noinline)) void use_float(void)
{
    double value = 1e100;

    __asm__ volatile("fmov d8, %d0\n\tfmov d9, %d0" : "+w"(value) : : "d8", "d9");
}

/*
 * SGI n has priority 240 - 32 n: each handler raises the next, more urgent one, and one that is
 * as urgent as it is itself, or less.
 */
static void handler(void *arg)
{
    uint32_t n = (uint32_t)(uintptr_t)arg;

    note((char)('0' + n));
    if (n < 4) {
        pend(n + 1);
        pend(0);
    } else {
        use_float();
        tn_sem_give(&woken);
    }
    note((char)('a' + n));
}

static void *wait(void *arg)
{
    (void)arg;
    while (tn_sem_take(&woken) == TN_OK) {
        note('t');
    }
    return NULL;
}

static void least(void *arg)
{
    (void)arg;
    note('z');
}

static void nesting(void)
{
    const struct tn_thread_attr attr = {
        .name = "waiter", .stack = stack[0], .stack_size = STACK, .prio = 50};
    double value = 7.25;

    MUST(tn_thread_create(&waiter, &attr, wait, NULL) == TN_OK);
    MUST(tn_irq_attach(0, least, NULL) == TN_OK);
    MUST(tn_irq_set_priority(0, 240) == TN_OK);
    MUST(tn_irq_enable(0) == TN_OK);
    for (uint32_t n = 1; n <= 4; n++) {
        MUST(tn_irq_attach(n, handler, (void *)(uintptr_t)n) == TN_OK);
        MUST(tn_irq_set_priority(n, 240 - 32 * n) == TN_OK);
        MUST(tn_irq_enable(n) == TN_OK);
    }
    for (int round = 0; round < 50; round++) {
        trace[0] = '\0';
        __asm__ volatile("" : "+w"(value));
        pend(1);
        __asm__ volatile("" : "+w"(value));
        MUST(value == 7.25);
        /* SGI 0 comes when all have returned, and the thread behind all handlers. */
        if (strcmp(trace, "1234edcbzt") != 0) {
            printf("nesting: %s\n", trace);
            exit(1);
        }
    }
}

/* Masked, raised in one order; they come in the order of urgency. */
static void pending(void)
{
    uint64_t daif = tn_irq_mask();

    trace[0] = '\0';
    MUST(tn_irq_pend(0) == TN_OK);
    MUST(tn_irq_pend(4) == TN_OK);
    linger();
    MUST(trace[0] == '\0');
    tn_irq_restore(daif);
    linger();
    MUST(strcmp(trace, "4ezt") == 0);
    /* The same priority: neither interrupts the other. */
    MUST(tn_irq_set_priority(0, TN_IRQ_PRIORITY) == TN_OK);
    MUST(tn_irq_set_priority(1, TN_IRQ_PRIORITY) == TN_OK);
    MUST(tn_irq_set_priority(2, TN_IRQ_PRIORITY) == TN_OK);
    MUST(tn_irq_set_priority(3, TN_IRQ_PRIORITY) == TN_OK);
    trace[0] = '\0';
    pend(1);
    MUST(strcmp(trace, "1bz2cz34edzt") == 0);
}

static struct tn_irq_thread threaded;
static struct tn_mutex mutex = TN_MUTEX_INIT;
static volatile uint32_t in_thread;

static void in_thread_handler(void *arg)
{
    MUST(arg == &threaded && tn_thread_self() == &threaded.thread);
    MUST(tn_mutex_lock(&mutex) == TN_OK);
    tn_sleep(100000);
    in_thread++;
    MUST(tn_mutex_unlock(&mutex) == TN_OK);
}

static void threads(void)
{
    const struct tn_thread_attr attr = {
        .name = "threaded", .stack = stack[1], .stack_size = STACK, .prio = 40};

    MUST(tn_irq_thread_start(&threaded, 1, &attr, in_thread_handler, &threaded) == TN_EBUSY);
    MUST(tn_irq_thread_start(&threaded, 5, &attr, NULL, NULL) == TN_EINVAL);
    MUST(tn_irq_thread_start(&threaded, 5, &attr, in_thread_handler, &threaded) == TN_OK);
    for (uint32_t i = 0; i < 10; i++) {
        pend(5);
        MUST(in_thread == i);
        while (threaded.handled == i) {
            tn_sleep(50000);
        }
    }
    MUST(in_thread == 10);
    MUST(tn_irq_thread_stop(&threaded) == TN_OK);
    MUST(tn_irq_pend(5) == TN_EINVAL);
}

static void errors(void)
{
    int trigger;

    MUST(tn_irq_set_priority(1, 300) == TN_ERANGE);
    MUST(tn_irq_set_priority(1, 0) == TN_ERANGE);
    MUST(tn_irq_set_priority(9, 100) == TN_EINVAL);
    MUST(tn_irq_set_priority(5000, 100) == TN_EINVAL);
    MUST(tn_irq_set_trigger(1, 1) == TN_EINVAL);
    MUST(tn_irq_attach(TN_BOARD_TIMER_PHYS_IRQ, least, NULL) == TN_OK);
    trigger = tn_irq_set_trigger(TN_BOARD_TIMER_PHYS_IRQ, 1);
    MUST(trigger == TN_OK || trigger == TN_ENOTSUP);
}

int main(void)
{
    nesting();
    pending();
    threads();
    errors();
    MUST(tn_irq_stray_count() == 0);
    puts("ok");
    return 0;
}
