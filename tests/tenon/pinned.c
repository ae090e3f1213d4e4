/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two CPUs: behind many threads that may not leave the first one waits one that may.  It came there
 * while the other was busy, and has to run as soon as that one has nothing to do.  Prints "ok".
 * Times are instructions: under -icount only, where a CPU that spins must say YIELD.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tn/thread.h>
#include <tn/time.h>

#include "must.h"

#define PINNED 100
#define STACK 2048
#define UNIT 50000ull /* ns */

static struct tn_thread pinned[PINNED], busy, late;
static TN_ALIGNED(16) char stacks[PINNED + 2][STACK];
static volatile bool over, free_ran;
static volatile unsigned where;

static void pass(void)
{
    __asm__ volatile("yield");
}

static void *spin(void *arg)
{
    while (!over) {
        pass();
    }
    return arg;
}

/* As long as it spins the other CPU has no room; then it sleeps. */
static void *keep(void *arg)
{
    tn_sleep_until(tn_time_now() + UNIT);
    for (uint64_t end = tn_time_now() + 20 * UNIT; tn_time_now() < end;) {
        pass();
    }
    tn_sleep_until(tn_time_now() + 100 * UNIT);
    return arg;
}

static void *run(void *arg)
{
    where = tn_cpu_self();
    free_ran = true;
    return arg;
}

static void start(struct tn_thread *t, int n, uint32_t prio, uint64_t cpus, void *(*entry)(void *))
{
    MUST(tn_thread_create(
             t,
             &(struct tn_thread_attr){
                 .stack = stacks[n], .stack_size = STACK, .prio = prio, .affinity = cpus},
             entry, NULL) == TN_OK);
}

int main(void)
{
    /* main itself is on the first CPU, before all others there. */
    tn_thread_set_affinity(tn_thread_self(), 1);
    tn_thread_set_priority(tn_thread_self(), 5);
    for (int round = 0; round < 3; round++) {
        over = free_ran = false;
        start(&busy, PINNED, 10, 2, keep);
        for (int i = 0; i < PINNED; i++) {
            start(&pinned[i], i, 50, 1, spin);
        }
        tn_sleep_until(tn_time_now() + 5 * UNIT);
        start(&late, PINNED + 1, 60, round == 2 ? 1 : 3, run);
        if (round == 1) { /* pinned, and then let go while it waits */
            MUST(tn_thread_set_affinity(&late, 1) == TN_OK);
            MUST(tn_thread_set_affinity(&late, 3) == TN_OK);
        }
        MUST(!free_ran);
        tn_sleep_until(tn_time_now() + 60 * UNIT);
        MUST(free_ran == (round != 2) && (round == 2 || where == 1));
        over = true;
        for (int i = 0; i < PINNED; i++) {
            MUST(tn_thread_join(&pinned[i], NULL, TN_FOREVER) == TN_OK);
        }
        MUST(tn_thread_join(&late, NULL, TN_FOREVER) == TN_OK && free_ran);
        MUST(tn_thread_join(&busy, NULL, TN_FOREVER) == TN_OK);
    }
    puts("ok");
    return 0;
}
