/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timer queue; form and bounds are in the header.  Here are the invariants.
 *
 *  1. A queued timer lies in slot place(base, deadline), a deadline before `base` counting as
 *     `base`.  So all timers of a slot are earlier than all timers of a later slot.
 *  2. `base` advances only when no timer's place changes by it: up to just before the first
 *     slot in use, or into a slot that is being drained, whose timers are then replaced.
 *  3. `next` is not later than any deadline.  When `first` is a slot, that slot is sorted,
 *     its head is the earliest timer and `next` is its deadline.
 *  4. While a slot is being drained `next` is 0 and `first` is UNKNOWN.  `base` lies in that
 *     slot then, so that nothing can be started into it.
 *
 * Hot paths come first in a function; what is rare is a function of its own that is called
 * last, so that the hot path needs no stack frame.
 */
#include <tn/compiler.h>
#include <tn/timerq.h>

#define UNKNOWN UINT32_MAX

#define NOINLINE __attribute__((noinline))
#define INLINE inline __attribute__((always_inline))

/* tn_timerq.order */
enum {
    SORTED,
    UNSORTED, /* but the head is the earliest */
    LOST,     /* unsorted, and the earliest was stopped */
};

/* The slot for a deadline: 16 * (digit in which it first differs from base) + that digit. */
static inline uint32_t place(uint64_t base, uint64_t deadline)
{
    uint64_t at = deadline > base ? deadline : base;
    uint32_t shift = (uint32_t)(63 - __builtin_clzll((at ^ base) | 1)) & ~3u;

    return shift << 2 | ((uint32_t)(at >> shift) & 15);
}

/* First time at which `slot`, in which a timer with `deadline` lies, begins. */
static inline uint64_t slot_begin(uint32_t slot, uint64_t deadline)
{
    return deadline >> (slot >> 4 << 2) << (slot >> 4 << 2);
}

static inline void mark(struct tn_timerq *q, uint32_t slot)
{
    q->map[slot >> 6] |= UINT64_C(1) << 63 >> (slot & 63);
}

static inline void unmark(struct tn_timerq *q, uint32_t slot)
{
    q->slot[slot] = NULL;
    q->order[slot] = SORTED;
    q->map[slot >> 6] &= ~(UINT64_C(1) << 63 >> (slot & 63));
}

/* First slot in use, UNKNOWN if there is none. */
static inline uint32_t first_slot(const struct tn_timerq *q)
{
    for (uint32_t word = 0; word < TN_ARRAY_SIZE(q->map); word++) {
        if (q->map[word] != 0) {
            return word << 6 | (uint32_t)__builtin_clzll(q->map[word]);
        }
    }
    return UNKNOWN;
}

static inline void link_before(struct tn_timer *pos, struct tn_timer *t)
{
    struct tn_timer *prev = pos->prev;

    t->next = pos;
    t->prev = prev;
    prev->next = t;
    pos->prev = t;
}

void tn_timerq_init(struct tn_timerq *q, uint64_t now)
{
    *q = (struct tn_timerq){
        .next = TN_TIMERQ_NEVER, .base = now, .first = UNKNOWN, .drain = UNKNOWN};
}

/*
 * `t` comes before the tail of its ring but not before the head: look for its place, but not
 * for long.
 */
static INLINE void insert_inside(struct tn_timerq *q, struct tn_timer *head, struct tn_timer *t)
{
    uint32_t slot = t->slot;
    struct tn_timer *pos = head->prev;

    if (q->order[slot] == SORTED) {
        for (int i = 0; i < TN_TIMERQ_WALK; i++) {
            /* Ends at the head at the latest, which is not later than t. */
            if (pos->prev->deadline <= t->deadline) {
                link_before(pos, t);
                return;
            }
            pos = pos->prev;
        }
        /* In level 0 only timers that were late when they started can be out of order. */
        if (slot < 16) {
            link_before(pos, t);
            return;
        }
        q->order[slot] = UNSORTED;
        if (q->first == slot) {
            q->first = UNKNOWN;
        }
    }
    link_before(head, t);
}

bool tn_timerq_start(struct tn_timerq *q, struct tn_timer *t, uint64_t deadline)
{
    uint32_t slot = place(q->base, deadline);
    struct tn_timer *head = q->slot[slot];

    t->deadline = deadline;
    t->slot = slot;
    if (head == NULL) {
        t->next = t;
        t->prev = t;
        q->slot[slot] = t;
        mark(q, slot);
    } else if (TN_LIKELY(deadline >= head->prev->deadline)) {
        link_before(head, t);
        return false;
    } else if (deadline < head->deadline) {
        link_before(head, t);
        /* In a ring that lost its earliest an equal deadline may lie behind the head. */
        if (q->order[slot] != LOST) {
            q->slot[slot] = t;
        }
        if (q->order[slot] != SORTED) {
            slot = UNKNOWN;
        }
    } else {
        insert_inside(q, head, t);
        return false;
    }
    if (deadline >= q->next) {
        return false;
    }
    q->next = deadline;
    q->first = slot;
    return true;
}

bool tn_timerq_stop(struct tn_timerq *q, struct tn_timer *t)
{
    struct tn_timer *next = t->next, *prev = t->prev;
    uint32_t slot = t->slot;

    if (slot == TN_TIMER_IDLE) {
        return false;
    }
    t->slot = TN_TIMER_IDLE;
    if (q->slot[slot] != t) {
        prev->next = next;
        next->prev = prev;
        return true;
    }
    if (q->first == slot) {
        q->first = UNKNOWN;
    }
    if (next == t) {
        unmark(q, slot);
        return true;
    }
    prev->next = next;
    next->prev = prev;
    q->slot[slot] = next;
    if (TN_UNLIKELY(q->order[slot] != SORTED)) {
        q->order[slot] = LOST;
    }
    return true;
}

/*
 * Find the first slot and what is known about its earliest timer; sets `next` and, where
 * invariant 3 allows it, `first`.
 */
static inline uint32_t look(struct tn_timerq *q, uint64_t now)
{
    uint32_t slot = first_slot(q);
    uint64_t begin, next;

    if (slot == UNKNOWN) {
        q->base = now > q->base ? now : q->base;
        q->next = TN_TIMERQ_NEVER;
        q->first = UNKNOWN;
        return UNKNOWN;
    }
    next = q->slot[slot]->deadline;
    begin = slot_begin(slot, next);
    if (begin > q->base && now > q->base) {
        q->base = now < begin ? now : begin - 1;
    }
    q->first = slot;
    if (TN_UNLIKELY(q->order[slot] != SORTED)) {
        q->first = UNKNOWN;
        next = q->order[slot] == LOST ? begin : next;
    }
    q->next = next;
    return slot;
}

/* Move at most TN_TIMERQ_STEP timers of the slot that is being drained to their new places. */
static void drain(struct tn_timerq *q, uint32_t slot)
{
    q->drain = slot;
    q->next = 0;
    for (int i = 0; i < TN_TIMERQ_STEP; i++) {
        struct tn_timer *t = q->slot[slot];

        if (t == NULL) {
            q->drain = UNKNOWN;
            return;
        }
        tn_timerq_stop(q, t);
        tn_timerq_start(q, t, t->deadline);
    }
}

/* Something is to be done, but the earliest timer is not known. */
static NOINLINE struct tn_timer *expire_slow(struct tn_timerq *q, uint64_t now)
{
    uint32_t slot;

    if (q->drain != UNKNOWN) {
        drain(q, q->drain);
        return NULL;
    }
    slot = look(q, now);
    if (q->next > now) {
        return NULL;
    }
    if (q->order[slot] != SORTED) {
        /* Into the slot: to its earliest timer or, if that was lost, to its begin. */
        q->base = q->next > q->base ? q->next : q->base;
        drain(q, slot);
        return NULL;
    }
    return tn_timerq_expire(q, now);
}

/* Expire the earliest timer, which is alone in its slot. */
static NOINLINE struct tn_timer *expire_last(struct tn_timerq *q, uint64_t now)
{
    struct tn_timer *t = q->slot[q->first];

    t->slot = TN_TIMER_IDLE;
    unmark(q, q->first);
    look(q, now);
    return t;
}

struct tn_timer *tn_timerq_expire(struct tn_timerq *q, uint64_t now)
{
    uint32_t slot = q->first;
    struct tn_timer *t, *next, *prev;

    if (TN_UNLIKELY(q->next > now)) {
        return NULL;
    }
    if (TN_UNLIKELY(slot == UNKNOWN)) {
        return expire_slow(q, now);
    }
    t = q->slot[slot];
    next = t->next;
    if (TN_UNLIKELY(next == t)) {
        return expire_last(q, now);
    }
    t->slot = TN_TIMER_IDLE;
    prev = t->prev;
    q->slot[slot] = next;
    prev->next = next;
    next->prev = prev;
    q->next = next->deadline;
    return t;
}

uint64_t tn_timerq_refresh(struct tn_timerq *q, uint64_t now)
{
    if (q->first == UNKNOWN && q->drain == UNKNOWN) {
        look(q, now);
    }
    return q->next;
}
