/* SPDX-License-Identifier: Apache-2.0 */
/* A timer of POSIX, for timer.c and cputimer.c. */
#ifndef TN_POSIX_TIMER_H
#define TN_POSIX_TIMER_H

#include <tn/alarm.h>

#include "internal.h"

struct timer {
    struct tn_alarm alarm;      /* first */
    struct timer *next, **link; /* list of all; link: what points here */
    struct sigevent event;
    pthread_attr_t attr;
    clockid_t clock;
    uint64_t period; /* ticks, 0: once */
    uint64_t grid;   /* ticks: the next expiry, or one that is over */
    uint64_t missed;
    uint32_t due;     /* expiries that the service thread has still to serve */
    uint32_t overrun; /* of the last delivery */
    bool armed;
    bool cpu;                /* on a clock of CPU time: grid and period are its ticks */
    struct tn_thread *owner; /* whose; NULL: the program's */
    bool follows;            /* waits for `until` of CLOCK_REALTIME, which may be set meanwhile */
    struct timespec until;
    struct posix_expiry expiry;
    struct timespec interval; /* as it was set; ticks are rounded */
};

/* It has expired: send its signal, or have its function called.  Handler or thread, no lock. */
void posix_timer_notify(struct timer *timer);

/* Is this a clock of CPU time? */
bool posix_cputimer_clock(clockid_t clock);

/* `timer`, whose clock that is, counts it. */
void posix_cputimer_init(struct timer *timer);

/* What its clock shows, ticks; the second with the kernel lock held. */
uint64_t posix_cputimer_ticks(const struct timer *timer);
uint64_t posix_cputimer_now(const struct timer *timer);

/* It expires when its clock shows `ticks`, or that much more than now, and after each period. */
void posix_cputimer_set(struct timer *timer, uint64_t ticks, bool absolute);

/* Go on to timer->grid.  Kernel lock held, the alarm not active. */
void posix_cputimer_start(struct timer *timer);

#endif
