/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance that goes from CPU to CPU of its pool, 1 to args[3]; status 0 when all was right,
 * else the line where not.
 *
 *   wander ROUNDS LAST   takes interrupts along: pending, waiting, active; each comes once
 *   hog UNTIL LAST       never sleeps until so many us after 50 ms, always on its way; prints its
 *                        time in ns and how often it was throttled
 *   full CPU LAST        is under EDF, and there is no room for it on CPU
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tn/board.h>
#include <tn/irq.h>
#include <tn/sched_pool.h>
#include <tn/sysreg.h>
#include <tn/time.h>

#include "check.h"

#define SGI 3u
#define TIMER 27u /* virtual */
#define SPI 100u  /* of nobody else */
#define BEGIN_NS 50000000u
#define PATIENCE_NS 10000000000u

static const uint8_t sources[] = {SGI, TIMER, SPI, SPI + 1};
static volatile unsigned counts[SPI + 2];
static volatile bool moves_inside;
static unsigned last, wrong;

static void move_on(void)
{
    unsigned to = 1 + tn_sched_pool_cpu() % last;

    wrong += tn_sched_pool_move(to) != TN_OK || tn_sched_pool_cpu() != to ||
             (tn_sysreg_read(mpidr_el1) & 0xff) != to;
}

static void on_interrupt(void *arg)
{
    /* On a GICv2 not from the handler of a shared interrupt. */
    if (moves_inside && (TN_BOARD_GICR_SIZE != 0 || (uintptr_t)arg < SPI)) {
        move_on();
    } else if (moves_inside) {
        wrong += tn_sched_pool_move(1 + tn_sched_pool_cpu() % last) != TN_EBUSY;
    }
    if ((uintptr_t)arg == TIMER) {
        tn_sysreg_write(cntv_ctl_el0, 0);
        tn_isb();
    }
    counts[(uintptr_t)arg]++;
}

static void raise_all(void)
{
    tn_sysreg_write(cntv_cval_el0, tn_time_ticks() + 1);
    tn_sysreg_write(cntv_ctl_el0, 1);
    tn_isb();
    tn_irq_pend(SGI);
    tn_irq_pend(SPI);
    tn_irq_pend(SPI + 1);
}

static bool all_came(unsigned due)
{
    for (uint64_t end = tn_time_now() + PATIENCE_NS; tn_time_now() < end;) {
        unsigned there = 0;

        for (unsigned i = 0; i < sizeof(sources); i++) {
            if (counts[sources[i]] > due) {
                return false;
            }
            there += counts[sources[i]] == due;
        }
        if (there == sizeof(sources)) {
            return true;
        }
    }
    return false;
}

static int wander(unsigned rounds)
{
    double sum = 0;

    for (unsigned i = 0; i < sizeof(sources); i++) {
        CHECK(tn_irq_attach(sources[i], on_interrupt, (void *)(uintptr_t)sources[i]) == TN_OK);
        CHECK(tn_irq_enable(sources[i]) == TN_OK);
    }
    for (unsigned round = 1; round <= rounds; round++) {
        bool masked = round & 1;
        uint64_t daif = masked ? tn_irq_mask() : 0;

        moves_inside = (round & 2) != 0;
        if (round & 4) {
            move_on();
        }
        raise_all();
        move_on();
        sum += round * 0.5;
        if (round & 8) {
            move_on();
        }
        if (masked) {
            tn_irq_restore(daif);
        }
        CHECK(all_came(round));
        CHECK(wrong == 0);
    }
    CHECK(sum * 4 == (double)rounds * (rounds + 1));
    CHECK(tn_irq_stray_count() == 0);
    return 0;
}

static int hog(uint64_t until)
{
    uint64_t begin;

    tn_sleep_until(BEGIN_NS);
    begin = tn_sched_pool_used();
    while (tn_time_now() < BEGIN_NS + until) {
        move_on();
    }
    printf("used %lu throttled %u\n",
           (unsigned long)tn_time_from_ticks(tn_sched_pool_used() - begin),
           (unsigned)tn_sched_pool_throttled());
    return wrong != 0;
}

static int full(unsigned cpu)
{
    unsigned own = tn_sched_pool_cpu();

    CHECK(own != cpu && tn_sched_pool_move(cpu) == TN_EBUSY);
    CHECK(tn_sched_pool_move(0) == TN_EINVAL && tn_sched_pool_move(1u << 31) == TN_EINVAL);
    CHECK(tn_sched_pool_cpu() == own && tn_sched_pool_move(own) == TN_OK);
    return 0;
}

int main(int argc, char **argv)
{
    CHECK(argc == 4);
    last = (unsigned)atoi(argv[3]);
    switch (argv[1][0]) {
    case 'w':
        return wander((unsigned)atoi(argv[2]));
    case 'h':
        return hog((uint64_t)atoi(argv[2]) * 1000);
    default:
        return full((unsigned)atoi(argv[2]));
    }
}
