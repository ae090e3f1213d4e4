/* SPDX-License-Identifier: Apache-2.0 */
/* Setting the real-time clock, for the clock_settime() of each layer. */
#ifndef TN_CLOCK_H
#define TN_CLOCK_H

#include <stdint.h>
#include <time.h>

/*
 * CLOCK_REALTIME is `ts` from now on.  Any context.  -1 and errno EINVAL: not a time from the
 * epoch on, or another clock, which cannot be set.
 */
int tn_clock_set(clockid_t clock, const struct timespec *ts);

/*
 * Nanoseconds of CPU time: CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID or a thread's own
 * clock.  Each layer's own; thread context.  0: no such clock.
 */
int tn_clock_cpu(clockid_t clock, uint64_t *ns);

#endif
