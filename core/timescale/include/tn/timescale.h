/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counter ticks to nanoseconds and back, for any counter of 1 Hz to 4 GHz.  Pure arithmetic;
 * any context.
 *
 * Ticks to nanoseconds multiplies by 10^9 / hz as a 64.64 fixed-point number that is rounded up:
 * the result is never below the true quotient's floor and at most 1 ns above it, for every
 * tick value whose time fits 64 bits (584 years), and it never runs backwards.  For a frequency
 * that divides 10^9 it is exact.  Nanoseconds to ticks is exact, rounded up: the
 * first tick at which that time has come.  So for every time t,
 * to_ns(to_ticks(t)) >= t: who waits for a tick never sees a clock that is short of it.
 */
#ifndef TN_TIMESCALE_H
#define TN_TIMESCALE_H

#include <stdint.h>

#define TN_NS_PER_SEC 1000000000ull

struct tn_timescale {
    uint32_t hz;
    uint32_t whole;    /* nanoseconds in a tick */
    uint64_t fraction; /* and 2^-64 nanoseconds, rounded up */
};

/* Fill in `scale` for a counter of `hz` ticks a second, not 0. */
void tn_timescale_init(struct tn_timescale *scale, uint32_t hz);

/* The time of a tick; wraps like its operand beyond 2^64 ns. */
static inline uint64_t tn_timescale_to_ns(const struct tn_timescale *scale, uint64_t ticks)
{
    return ticks * scale->whole + (uint64_t)(((unsigned __int128)ticks * scale->fraction) >> 64);
}

/*
 * The first tick that is not before `ns`.  Both divisions are by a constant, which the compiler
 * turns into multiplications; 10^9 * hz is below 2^62.
 */
static inline uint64_t tn_timescale_to_ticks(const struct tn_timescale *scale, uint64_t ns)
{
    uint64_t rest = ns % TN_NS_PER_SEC * scale->hz;

    return ns / TN_NS_PER_SEC * scale->hz + (rest + TN_NS_PER_SEC - 1) / TN_NS_PER_SEC;
}

#endif
