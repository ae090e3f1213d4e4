/* SPDX-License-Identifier: Apache-2.0 */
/* Setting the real-time clock, for the clock_settime() of each layer. */
#ifndef TN_CLOCK_H
#define TN_CLOCK_H

#include <time.h>

/*
 * CLOCK_REALTIME is `ts` from now on.  Any context.  -1 and errno EINVAL: not a time from the
 * epoch on, or another clock, which cannot be set.
 */
int tn_clock_set(clockid_t clock, const struct timespec *ts);

#endif
