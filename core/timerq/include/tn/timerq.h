/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timer queue: everything that waits for a point in time, by absolute 64-bit deadlines in ticks
 * of one counter (or any other unit that only grows).  Timers expire in the order of their
 * deadlines, exactly, equal ones mostly in the order of their starts; never early.
 *
 * Form.  A timing wheel of 16 levels with 16 slots each that covers all 64 bits: a deadline's
 * level is the highest hexadecimal digit in which it differs from the wheel's `base`, its slot
 * that digit.  So the slots' numbers are in the order of time and a bitmap of 256 bits gives
 * the first of them.  A slot is a ring.  It is kept sorted as long as that costs
 * a few steps; as timers come mostly in ascending order it mostly stays sorted, and then expiry
 * takes from its head and nothing is ever redistributed.  Only a slot that went unsorted is
 * distributed over the levels below it (drained), once the time has come to it.
 *
 * Bounds, whatever the number of timers, and instructions with call and return (AArch64, clang
 * 14 -O2, PMCCNTR under -icount, 0 to 10,000 timers):
 *
 *   tn_timerq_start    TN_TIMERQ_WALK steps at most            24 in order, 67 at most
 *   tn_timerq_stop     no loop                                 24, 33 at most
 *   tn_timerq_expire   one timer of several due ones           11 with the loop around it
 *                      one timer alone in its slot             83 at most
 *                      moves at most TN_TIMERQ_STEP timers     300 at most
 *
 * so a caller that masks interrupts for one call at a time masks them for 300 instructions at
 * most.  What is not constant is the delay of a timer whose slot must be drained first: about
 * 50 instructions, interruptible, for each timer that shares the slot, again in each level
 * that they share.  Timers of random periods are moved 0.6 times each when there are 200 and
 * 2.5 times when there are 10,000 (expire and start again: 160 and 220 instructions).  With 64
 * slots a level these were 170 and 210, for 6 KiB instead of 2.4; a heap or tree, whose order
 * is never deferred, pays log2(n) steps in every start or every expiry.
 *
 * The queue owns nothing: the caller embeds a struct tn_timer in each object.  No allocation,
 * no lock; the caller serialises access.  Any context.
 */
#ifndef TN_TIMERQ_H
#define TN_TIMERQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TN_TIMERQ_SLOTS 256u
#define TN_TIMERQ_NEVER UINT64_MAX /* tn_timerq_next() of an empty queue; not a deadline */
#define TN_TIMERQ_WALK 6           /* comparisons to keep a slot sorted, at most */
#define TN_TIMERQ_STEP 4           /* timers that one tn_timerq_expire() moves, at most */
#define TN_TIMER_IDLE UINT32_MAX   /* tn_timer.slot of a timer that is not queued */

/* Only `deadline` may be read, and `user` is the caller's own (what kind of object waits). */
struct tn_timer {
    struct tn_timer *next;
    struct tn_timer *prev;
    uint64_t deadline;
    uint32_t slot;
    uint32_t user;
};

#define TN_TIMER_INIT                                                                              \
    {                                                                                              \
        .slot = TN_TIMER_IDLE                                                                      \
    }

struct tn_timerq {
    struct tn_timer *slot[TN_TIMERQ_SLOTS]; /* first of the ring, NULL if empty */
    uint64_t map[TN_TIMERQ_SLOTS / 64];     /* bit 63 - b of map[w]: slot 64 w + b is in use */
    uint64_t next;                          /* nothing expires before */
    uint64_t base;                          /* no queued timer's place is before */
    uint32_t first;                         /* slot whose head is the earliest, or UNKNOWN */
    uint32_t drain;                         /* slot that is being drained, or UNKNOWN */
    struct tn_timer due;                    /* sentinel of those that are out of their slots */
    uint8_t order[TN_TIMERQ_SLOTS];         /* what is known about the ring's order */
};

/* An empty queue; `now` is any time that is not in the future. */
void tn_timerq_init(struct tn_timerq *q, uint64_t now);

/* Make `t` a timer that is not queued; not for a queued one. */
static inline void tn_timer_init(struct tn_timer *t)
{
    t->slot = TN_TIMER_IDLE;
}

/* True from tn_timerq_start() until it was stopped or returned by tn_timerq_expire(). */
static inline bool tn_timer_active(const struct tn_timer *t)
{
    return t->slot != TN_TIMER_IDLE;
}

/*
 * Queue `t`, which must not be queued, for `deadline`: 0 .. TN_TIMERQ_NEVER - 1.  One that has
 * passed expires with the next ones, but not in order with them.  For a periodic timer pass
 * t->deadline + period and it never drifts.  Returns true if tn_timerq_next() became earlier: the
 * caller then programs its comparator.
 */
bool tn_timerq_start(struct tn_timerq *q, struct tn_timer *t, uint64_t deadline);

/*
 * Take `t` out of the queue.  Returns false if it was not queued.  tn_timerq_next() does not
 * change: if t was the earliest, the comparator fires once for nothing, which costs less
 * than to program it at every stop; a caller that wants it exact uses tn_timerq_refresh().
 */
bool tn_timerq_stop(struct tn_timerq *q, struct tn_timer *t);

/*
 * When to call tn_timerq_expire() next: the deadline of the earliest timer, exactly, but for two
 * cases in which it is earlier: the earliest was stopped; or the first slot is not sorted and
 * lost its earliest timer by a stop.  TN_TIMERQ_NEVER if nothing is queued.  Between calls of
 * tn_timerq_expire() that are not yet done it is any time that has passed.
 */
static inline uint64_t tn_timerq_next(const struct tn_timerq *q)
{
    return q->next;
}

/* The rest of tn_timerq_expire(); not called by others. */
struct tn_timer *tn_timerq_collect(struct tn_timerq *q, uint64_t now);

/*
 * Expire one timer: dequeue and return the earliest if its deadline is <= `now`.  NULL with
 * tn_timerq_next() > now: nothing more is due.  NULL with tn_timerq_next() <= now: a part of
 * the work is done, call again (interrupts may be let in before).  `now` must not go back
 * between calls.
 *
 *     while (tn_timerq_next(q) <= now) {
 *         struct tn_timer *t = tn_timerq_expire(q, now);
 *         if (t != NULL) {
 *             ... may start and stop any timer, t too
 *         }
 *     }
 */
static inline struct tn_timer *tn_timerq_expire(struct tn_timerq *q, uint64_t now)
{
    struct tn_timer *t = q->due.next, *next;

    if (t == &q->due) {
        return tn_timerq_collect(q, now);
    }
    next = t->next;
    q->due.next = next;
    next->prev = &q->due;
    t->slot = TN_TIMER_IDLE;
    return t;
}

/* Make tn_timerq_next() as late as can be known without draining; returns it. */
uint64_t tn_timerq_refresh(struct tn_timerq *q, uint64_t now);

#endif
