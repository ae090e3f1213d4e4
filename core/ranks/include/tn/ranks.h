/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranks: entries sorted by a 64-bit key, each on a level of its own out of a small range, so that
 * the levels are in the order of the keys.  It turns deadlines into fixed priorities.
 *
 * A new entry takes a level between its neighbours'.  Where none is free it shares one for the
 * moment, and tn_ranks_settle() makes room by moving one entry by one level at each call, so that
 * whoever holds a lock holds it for one step.  The order of levels is never wrong in between: of
 * two entries the one with the smaller key never has the greater level.
 *
 * The structure owns nothing: the caller embeds a struct tn_rank in each object.  No allocation,
 * no lock; the caller serialises access.  Insertion and a step of settling walk the entries, at
 * most as many as there are levels; removal is constant.  Any context.
 */
#ifndef TN_RANKS_H
#define TN_RANKS_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/list.h>

/* Only `level` may be read. */
struct tn_rank {
    struct tn_list link;
    uint64_t key;
    uint32_t level;
};

struct tn_ranks {
    struct tn_list order; /* by key, equal ones in the order of their insertion */
    uint32_t first;       /* the levels are first .. first + count - 1 */
    uint32_t count;
    bool shared; /* some entries may share a level */
};

/* No entries; `count` levels, 1 at least, from `first` on; first + count < 2^31. */
void tn_ranks_init(struct tn_ranks *q, uint32_t first, uint32_t count);

/* Enter `r`, which is in no order.  The caller enters no more than `count` at a time. */
void tn_ranks_insert(struct tn_ranks *q, struct tn_rank *r, uint64_t key);

/* Take `r` out. */
void tn_ranks_remove(struct tn_rank *r);

/*
 * One step towards a level for each.  Returns the entry whose level has changed; NULL: each has
 * its own.
 */
struct tn_rank *tn_ranks_settle(struct tn_ranks *q);

#endif
