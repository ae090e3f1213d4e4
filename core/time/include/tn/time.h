/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time as an application sees it: nanoseconds since the virtual counter (CNTVCT_EL0) started,
 * 64 bits, never set, never stepped: 584 years.  A deadline is a point on this clock, so that a
 * sum of periods has no error.  tn_time_now() has the counter's resolution (16 ns at 62.5 MHz)
 * and the accuracy of tn/timescale.h.
 */
#ifndef TN_TIME_H
#define TN_TIME_H

#include <stdint.h>
#include <tn/sysreg.h>
#include <tn/timescale.h>

/*
 * The counter's value now.  The ISB keeps the read from being done ahead of what stands before
 * it in the program (Arm ARM D11.2.2).  Any context.
 */
static inline uint64_t tn_time_ticks(void)
{
    tn_isb();
    return tn_sysreg_read(cntvct_el0);
}

/* Ticks a second, as the firmware has told CNTFRQ_EL0.  Any context. */
static inline uint32_t tn_time_frequency(void)
{
    return (uint32_t)tn_sysreg_read(cntfrq_el0);
}

/* Nanoseconds since the counter started.  Any context. */
uint64_t tn_time_now(void);

/* The time of a counter value, to the nanosecond.  Any context. */
uint64_t tn_time_from_ticks(uint64_t ticks);

/* The first counter value at which time `ns` has come.  Any context. */
uint64_t tn_time_to_ticks(uint64_t ns);

/*
 * Return when the clock has reached `deadline`, at once if it has already.  Interrupts are
 * handled meanwhile, unless the caller has masked them.  The CPU waits in WFI.  Not from an
 * interrupt handler.
 */
void tn_sleep_until(uint64_t deadline);

/* The same, `ns` nanoseconds from now at least. */
static inline void tn_sleep(uint64_t ns)
{
    uint64_t now = tn_time_now();

    tn_sleep_until(ns > UINT64_MAX - now ? UINT64_MAX : now + ns);
}

#endif
