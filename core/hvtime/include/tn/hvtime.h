/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Mortise knows of time (hypercall group TIME); the counter itself needs no call, <tn/time.h>.
 * Any context.
 */
#ifndef TN_HVTIME_H
#define TN_HVTIME_H

#include <stdint.h>
#include <tn/errno.h>

/* Since Mortise prepared the image's first partition: ticks of the counter (CNTFRQ_EL0). */
uint64_t tn_hvtime_uptime(void);

/*
 * The time of day when the counter was 0, nanoseconds since 1970: what a partition with the
 * capability LIFECYCLE has set for all; 0: none has.
 */
int64_t tn_hvtime_epoch(void);

/* Set it, not negative.  TN_EINVAL; TN_EPERM: without LIFECYCLE. */
int tn_hvtime_set_epoch(int64_t ns);

#endif
