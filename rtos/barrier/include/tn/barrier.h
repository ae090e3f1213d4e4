/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Barriers: `count` threads wait for each other, again and again.  Thread context.
 */
#ifndef TN_BARRIER_H
#define TN_BARRIER_H

#include <stdint.h>
#include <tn/thread.h>

struct tn_barrier {
    uint32_t count;
    uint32_t arrived;
    uint32_t round;
    struct tn_waitq waiters[2]; /* of even and of odd rounds */
};

/* A barrier for `count` threads, 1 at least. */
static inline void tn_barrier_init(struct tn_barrier *barrier, uint32_t count)
{
    *barrier = (struct tn_barrier){.count = count};
}

/* Wait until `count` threads have called.  Returns 1 to one of them, 0 to the others; TN_EPERM:
 * in a handler. */
int tn_barrier_wait(struct tn_barrier *barrier);

#endif
