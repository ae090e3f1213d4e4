/* SPDX-License-Identifier: Apache-2.0 */
/* When pool.c and pool_ring.c do what: a step every two milliseconds, from 20 ms after power-on. */
#ifndef BENCH_POOL_H
#define BENCH_POOL_H

enum {
    STEP_YIELD,
    STEP_ALONE,
    STEP_TIMER,
    STEP_WFI,
    STEP_SLEEP,
    STEP_BELL,
    STEP_BELL_WFI,
    STEP_BELL_OTHER,
    STEP_BUDGET,
};

/* Nanoseconds since power-on of `us` microseconds into a step. */
#define AT(step, us) (20000000ull + (step)*2000000ull + (us)*1000ull)
#define RING_US 500

#endif
