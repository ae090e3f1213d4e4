/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event flags: 32 bits, and threads that wait for some or all of a set of them.
 */
#ifndef TN_EVENT_H
#define TN_EVENT_H

#include <stdint.h>
#include <tn/thread.h>

#define TN_EVENT_ALL 1u   /* wait for all of the flags, not for one of them */
#define TN_EVENT_CLEAR 2u /* and take those that it waited for away */

struct tn_event {
    uint32_t flags;
    struct tn_waitq waiters;
};

#define TN_EVENT_INIT                                                                              \
    {                                                                                              \
        0                                                                                          \
    }

/*
 * Wait for flags of `want`, not 0, until `deadline` (ticks of tn_time_ticks(), TN_FOREVER, 0: do
 * not wait).  `got`, which may be NULL, receives all flags as they were.  Thread context; with
 * deadline 0 any.  TN_EINVAL; TN_EAGAIN: deadline 0 and not there; TN_ETIMEDOUT; TN_EPERM: would
 * wait in a handler.
 */
int tn_event_wait(struct tn_event *event, uint32_t want, uint32_t how, uint64_t deadline,
                  uint32_t *got);

/*
 * Set flags and wake all whose wish is fulfilled by what is set at this moment; they run when the
 * last has been woken.  Takes flags away for a TN_EVENT_CLEAR, from those that wait behind it, too.
 * Any context; interrupts are let in on the way.
 */
void tn_event_set(struct tn_event *event, uint32_t flags);

/* Clear flags; returns all as they were.  Any context. */
uint32_t tn_event_clear(struct tn_event *event, uint32_t flags);

#endif
