/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program at EL2: a loop of 1 kHz that keeps its grid, a timer's interrupt, and ends of each
 * kind, which the first character from the console chooses.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <tn/board.h>
#include <tn/gtimer.h>
#include <tn/irq.h>
#include <tn/loop.h>
#include <tn/pmu.h>
#include <tn/sysreg.h>
#include <tn/time.h>

#include "../bypass/check.h"

#define PERIOD_NS 1000000u
#define CYCLES 1000u
#define LATE_NS 1000u /* with a nanosecond an instruction */
#define NOWHERE 0x100000000u
#define RET 0xd65f03c0u

extern char __image_start[];

static volatile unsigned taken;
static uint64_t first;

static int step(void *ctx)
{
    unsigned *cycles = ctx;
    uint64_t now = tn_time_now();

    if (*cycles == 0) {
        first = now;
    }
    /* Against the first: errors of cycles would add up. */
    CHECK(now + LATE_NS >= first + (uint64_t)*cycles * PERIOD_NS &&
          now <= first + (uint64_t)*cycles * PERIOD_NS + LATE_NS);
    return ++*cycles == CYCLES;
}

static void run_loop(void)
{
    static struct tn_loop loop;
    const struct tn_loop_config config = {.name = "grid", .period_ns = PERIOD_NS};
    struct tn_loop_stats stats;
    unsigned cycles = 0;

    CHECK(tn_loop_init(&loop, &config) == TN_OK);
    CHECK(tn_loop_run(&loop, step, &cycles) == 1);
    tn_loop_stats(&loop, &stats);
    CHECK(cycles == CYCLES && stats.missed == 0);
}

static void on_timer(void *arg)
{
    (void)arg;
    tn_gtimer_phys_stop();
    taken++;
}

static void take_timer(void)
{
    CHECK(tn_irq_attach(TN_BOARD_TIMER_PHYS_IRQ, on_timer, NULL) == TN_OK);
    CHECK(tn_irq_enable(TN_BOARD_TIMER_PHYS_IRQ) == TN_OK);
    tn_gtimer_phys_set(tn_time_to_ticks(tn_time_now() + PERIOD_NS));
    while (taken == 0) {
        tn_wfi();
    }
    CHECK(taken == 1);
}

/* The counter counts at EL2, and a loop of so many rounds takes at least as many instructions. */
static void count_cycles(void)
{
    tn_pmu_start();
    for (volatile unsigned i = 0; i < CYCLES; i++) {}
    CHECK(tn_pmu_cycles() > CYCLES);
}

/* -1: for ever; the frames are what the builder cannot count. */
static int deep(int n) /* NOLINT(misc-no-recursion) */
{
    volatile char room[500];

    room[0] = (char)n;
    return n == 0 ? 0 : deep(n - 1) + room[0];
}

static int end(int how)
{
    static uint32_t code[] = {RET};

    switch (how) {
    case 'u':
        *(volatile int *)NOWHERE = 1;
        break;
    case 't':
        *(volatile int *)(void *)__image_start = 1;
        break;
    case 'x':
        ((void (*)(void))(uintptr_t)code)();
        break;
    case 's':
        return deep(-1);
    case 'a':
        abort();
    case 'e':
        return 7;
    default:
        break;
    }
    return 0;
}

int main(void)
{
    int how;

    puts("ready");
    how = getchar();
    CHECK(tn_sysreg_read(currentel) == 2 << 2);
    if (how == 'l') {
        run_loop();
        take_timer();
        count_cycles();
    }
    puts("ok");
    return end(how);
}
