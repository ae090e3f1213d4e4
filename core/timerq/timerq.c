/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timer queue; form and bounds are in the header.  Here are the invariants.
 *
 *  1. A queued timer lies in slot place(base, deadline), a deadline before `base` counting as
 *     `base`.  So all timers of a slot are earlier than all timers of a later slot.
 *  2. `base` advances only when no timer's place changes by it: up to just before the first
 *     slot in use, or into a slot that is being drained, whose timers are then replaced.
 *  3. `next` is not later than any deadline, as long as no timer is started whose deadline
 *     has passed.  When `first` is a slot, that slot is sorted, its head is the earliest timer
 *     and `next` is its deadline.
 *  4. While a slot is being drained `next` is 0 and `first` is UNKNOWN.  `base` lies in that
 *     slot then, so that nothing can be started into it.
 *  5. Timers that are due and were cut out of their slot wait in the ring of `due`, which has a
 *     sentinel.  So tn_timerq_stop() takes them out like any that is not the first of its slot.
 *     They are in order, and earlier than all that are in slots.
 */
#include <tn/compiler.h>
#include <tn/fill.h>
#include <tn/timerq.h>

#define UNKNOWN UINT32_MAX

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
    tn_fill(q->slot, 0, sizeof(q->slot));
    tn_fill(q->map, 0, sizeof(q->map));
    tn_fill(q->order, 0, sizeof(q->order));
    q->next = TN_TIMERQ_NEVER;
    q->base = now;
    q->first = UNKNOWN;
    q->drain = UNKNOWN;
    q->due = (struct tn_timer){.next = &q->due, .prev = &q->due};
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

/* Enter `t` into its slot.  True if `next` became earlier. */
static INLINE bool insert(struct tn_timerq *q, struct tn_timer *t)
{
    uint64_t deadline = t->deadline;
    uint32_t slot = place(q->base, deadline);
    struct tn_timer *head = q->slot[slot];

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

bool tn_timerq_start(struct tn_timerq *q, struct tn_timer *t, uint64_t deadline)
{
    t->deadline = deadline;
    return insert(q, t);
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
static INLINE uint32_t look(struct tn_timerq *q, uint64_t now)
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
        if (q->order[slot] == LOST) {
            /* The earliest that was stopped is still a bound, and may be a better one. */
            next = q->next > begin ? q->next : begin;
        }
    }
    q->next = next;
    return slot;
}

/* Move at most TN_TIMERQ_STEP timers of the slot that is being drained to their new places. */
static struct tn_timer *drain(struct tn_timerq *q, uint32_t slot)
{
    struct tn_timer *t = q->slot[slot], *tail, *next;

    q->drain = UNKNOWN;
    if (t == NULL) { /* the rest was stopped */
        return NULL;
    }
    tail = t->prev;
    q->next = 0;
    for (int i = 0; i < TN_TIMERQ_STEP; i++) {
        next = t->next;
        insert(q, t);
        if (t == tail) {
            unmark(q, slot);
            return NULL;
        }
        t = next;
    }
    q->slot[slot] = t;
    t->prev = tail;
    tail->next = t;
    q->drain = slot;
    return NULL;
}

/*
 * Cut a part of the sorted ring `head` in `slot` that is due: all of it, or at most
 * TN_TIMERQ_STEP timers.  Returns the last one.
 */
static INLINE struct tn_timer *cut_due(struct tn_timerq *q, uint32_t slot, struct tn_timer *head,
                                       uint64_t now)
{
    struct tn_timer *tail = head->prev, *last = head, *rest;

    if (tail->deadline <= now) {
        unmark(q, slot);
        return tail;
    }
    for (int i = 1; i < TN_TIMERQ_STEP && last->next->deadline <= now; i++) {
        last = last->next;
    }
    rest = last->next;
    q->slot[slot] = rest;
    rest->prev = tail;
    tail->next = rest;
    return last;
}

struct tn_timer *tn_timerq_collect(struct tn_timerq *q, uint64_t now)
{
    struct tn_timer *head, *last;
    uint32_t slot = q->first;

    if (TN_UNLIKELY(q->drain != UNKNOWN)) {
        return drain(q, q->drain);
    }
    if (slot == UNKNOWN) {
        slot = look(q, now);
    }
    if (q->next > now) {
        return NULL;
    }
    if (TN_UNLIKELY(q->order[slot] != SORTED)) {
        /* Into the slot: to its earliest timer or, if that was lost, to its begin. */
        q->base = q->next > q->base ? q->next : q->base;
        return drain(q, slot);
    }
    head = q->slot[slot];
    last = cut_due(q, slot, head, now);
    q->first = UNKNOWN;
    head->slot = TN_TIMER_IDLE;
    if (last == head) {
        look(q, now);
        return head;
    }
    /* `next` stays, so that we are called again for these. */
    q->due.next = head->next;
    head->next->prev = &q->due;
    q->due.prev = last;
    last->next = &q->due;
    return head;
}

uint64_t tn_timerq_refresh(struct tn_timerq *q, uint64_t now)
{
    if (q->first == UNKNOWN && q->drain == UNKNOWN && q->due.next == &q->due) {
        look(q, now);
    }
    return q->next;
}
