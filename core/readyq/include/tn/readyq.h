/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ready queue of one CPU: levels 0 (most urgent) to 256 (the idle thread's), FIFO inside a
 * level.  POSIX numbers, where more is more urgent, are turned round by the POSIX layer.
 *
 * Each level is a circular ring to whose first entry the queue points; there is no sentinel, so
 * rotating a level is one load and one store.  Two levels of bitmap, most significant bit
 * first, make "most urgent level" two CLZ.  A running thread that stays in its ring, at the
 * head, makes yield a rotation.
 *
 * The queue owns nothing: the caller embeds a struct tn_ready in each thread.  No function but
 * tn_readyq_after() loops; none allocates or locks; the caller serialises access (scheduler lock or
 * interrupts off). Cost does not depend on how many threads are ready.  AArch64 instructions of the
 * inlined body (clang 14 -O2, cortex-a53), q and n in registers:
 *
 *   rotate: alone 3, with peers 5     push_tail: ring in use 7, empty ring 16
 *   first: 7                          remove: ring stays 10 or 11, ring ends 12 to 17
 */
#ifndef TN_READYQ_H
#define TN_READYQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tn/compiler.h>

#define TN_READYQ_LEVELS 257u
#define TN_READYQ_WORDS ((TN_READYQ_LEVELS + 63u) / 64u)

/* Link in a thread.  `level` must not change while it is queued, but by tn_readyq_move(). */
struct tn_ready {
    struct tn_ready *next;
    struct tn_ready *prev;
    uint32_t level; /* 0 .. TN_READYQ_LEVELS - 1 */
};

/* The rings come first: at offset 0 an access is one indexed load or store. */
struct tn_readyq {
    struct tn_ready *ring[TN_READYQ_LEVELS]; /* first entry, NULL if empty */
    uint64_t map[TN_READYQ_WORDS];           /* bit 63 - b of map[w]: ring 64 w + b is in use */
    uint32_t words;                          /* bit 31 - w: map[w] is not 0 */
};

/* Make the queue empty.  A queue of zero bytes is an empty queue, too. */
static inline void tn_readyq_init(struct tn_readyq *q)
{
    *q = (struct tn_readyq){0};
}

static inline void tn_readyq_mark(struct tn_readyq *q, uint32_t level)
{
    q->map[level >> 6] |= UINT64_C(1) << 63 >> (level & 63);
    q->words |= UINT32_C(1) << 31 >> (level >> 6);
}

static inline void tn_readyq_unmark(struct tn_readyq *q, uint32_t level)
{
    uint64_t word = q->map[level >> 6] & ~(UINT64_C(1) << 63 >> (level & 63));

    q->map[level >> 6] = word;
    if (word == 0) {
        q->words &= ~(UINT32_C(1) << 31 >> (level >> 6));
    }
}

/* True if nothing is queued. */
static inline bool tn_readyq_empty(const struct tn_readyq *q)
{
    return q->words == 0;
}

/* Most urgent level in use.  The queue must not be empty. */
static inline uint32_t tn_readyq_level(const struct tn_readyq *q)
{
    uint32_t word = (uint32_t)__builtin_clz(q->words);

    return word << 6 | (uint32_t)__builtin_clzll(q->map[word]);
}

/* Most urgent level in use behind `level`, TN_READYQ_LEVELS if there is none. */
static inline uint32_t tn_readyq_after(const struct tn_readyq *q, uint32_t level)
{
    uint32_t word = level >> 6;
    uint64_t rest = q->map[word] & (UINT64_MAX >> 1) >> (level & 63);

    while (rest == 0) {
        if (++word == TN_READYQ_WORDS) {
            return TN_READYQ_LEVELS;
        }
        rest = q->map[word];
    }
    return word << 6 | (uint32_t)__builtin_clzll(rest);
}

/* First entry of the most urgent level; it stays queued.  The queue must not be empty. */
static inline struct tn_ready *tn_readyq_first(const struct tn_readyq *q)
{
    return q->ring[tn_readyq_level(q)];
}

/* First entry of a level, NULL if nothing is queued there. */
static inline struct tn_ready *tn_readyq_head(const struct tn_readyq *q, uint32_t level)
{
    return q->ring[level];
}

/* Queue `n`, which is in no queue, behind all others of n->level. */
static inline void tn_readyq_push_tail(struct tn_readyq *q, struct tn_ready *n)
{
    struct tn_ready *head = q->ring[n->level];

    if (TN_LIKELY(head != NULL)) {
        struct tn_ready *tail = head->prev;

        n->next = head;
        n->prev = tail;
        tail->next = n;
        head->prev = n;
    } else {
        n->next = n;
        n->prev = n;
        q->ring[n->level] = n;
        tn_readyq_mark(q, n->level);
    }
}

/* Queue `n`, which is in no queue, before all others of n->level. */
static inline void tn_readyq_push_head(struct tn_readyq *q, struct tn_ready *n)
{
    /* A ring has no ends: before the first is behind the last, if the queue points to it. */
    tn_readyq_push_tail(q, n);
    q->ring[n->level] = n;
}

/* Take `n`, which is in this queue, out.  Its pointers are left stale. */
static inline void tn_readyq_remove(struct tn_readyq *q, struct tn_ready *n)
{
    struct tn_ready *next = n->next;

    if (TN_LIKELY(next != n)) {
        struct tn_ready *prev = n->prev;

        prev->next = next;
        next->prev = prev;
        if (q->ring[n->level] == n) {
            q->ring[n->level] = next;
        }
    } else {
        q->ring[n->level] = NULL;
        tn_readyq_unmark(q, n->level);
    }
}

/*
 * The first entry `n` of its level goes behind all others of it: yield and the end of a time
 * slice.  Returns the new first entry, `n` itself when it is alone.
 */
static inline struct tn_ready *tn_readyq_rotate(struct tn_readyq *q, struct tn_ready *n)
{
    struct tn_ready *next = n->next;

    if (next != n) {
        q->ring[n->level] = next;
    }
    return next;
}

/* Change the level of `n`, which is in this queue; it goes to the new level's tail. */
static inline void tn_readyq_move_tail(struct tn_readyq *q, struct tn_ready *n, uint32_t level)
{
    tn_readyq_remove(q, n);
    n->level = level;
    tn_readyq_push_tail(q, n);
}

/* The same, to the new level's head: POSIX's rule for a priority that is lowered. */
static inline void tn_readyq_move_head(struct tn_readyq *q, struct tn_ready *n, uint32_t level)
{
    tn_readyq_remove(q, n);
    n->level = level;
    tn_readyq_push_head(q, n);
}

#endif
