/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranks.  Levels never decrease along the list; entries that share one are neighbours there.  To
 * separate two, the nearest free level on either side is looked for, and the entry beside it
 * moves onto it: the hole comes one entry nearer at each step.
 */
#include <tn/compiler.h>
#include <tn/ranks.h>

#define RANK_OF(at) TN_LIST_OBJECT(at, struct tn_rank, link)

void tn_ranks_init(struct tn_ranks *q, uint32_t first, uint32_t count)
{
    tn_list_init(&q->order);
    q->first = first;
    q->count = count;
    q->shared = false;
}

/* The level of the entry at `link`, or the one behind the last level. */
static uint32_t level_at(const struct tn_ranks *q, const struct tn_list *link)
{
    return link == &q->order ? q->first + q->count : RANK_OF(link)->level;
}

/*
 * A free level between `low` + 1 and `high` - 1, which exist.  Deadlines come mostly in ascending
 * order: behind the last entry most of the room is left to those that follow.
 */
static uint32_t between(uint32_t low, uint32_t high, bool last)
{
    uint32_t room = high - low;

    return low + (last ? 1 + (room - 2) / 4 : room / 2);
}

void tn_ranks_insert(struct tn_ranks *q, struct tn_rank *r, uint64_t key)
{
    struct tn_list *pos = q->order.prev;
    uint32_t low, high;

    while (pos != &q->order && RANK_OF(pos)->key > key) {
        pos = pos->prev;
    }
    r->key = key;
    high = level_at(q, pos->next);
    low = pos == &q->order ? q->first - 1 : RANK_OF(pos)->level;
    /* first - 1 may be UINT32_MAX: the difference is right nevertheless. */
    if (high - low > 1) {
        r->level = between(low, high, pos->next == &q->order);
    } else {
        r->level = pos == &q->order ? high : low;
        q->shared = true;
    }
    tn_list_insert_after(pos, &r->link);
}

void tn_ranks_remove(struct tn_rank *r)
{
    tn_list_remove(&r->link);
}

/* The first entry that shares the level of the one before it, NULL: none does. */
static struct tn_rank *find_shared(const struct tn_ranks *q)
{
    const struct tn_rank *before = NULL;

    TN_LIST_FOR_EACH(it, &q->order)
    {
        struct tn_rank *r = RANK_OF(it);

        if (before != NULL && before->level == r->level) {
            return r;
        }
        before = r;
    }
    return NULL;
}

/* The entry from `r` on, upwards, behind which a level is free; NULL: there is none. */
static struct tn_rank *hole_above(const struct tn_ranks *q, struct tn_rank *r, uint32_t *steps)
{
    for (*steps = 0; level_at(q, r->link.next) <= r->level + 1; (*steps)++) {
        if (r->link.next == &q->order) {
            return NULL;
        }
        r = RANK_OF(r->link.next);
    }
    return r;
}

static struct tn_rank *hole_below(const struct tn_ranks *q, struct tn_rank *r, uint32_t *steps)
{
    for (*steps = 0;; (*steps)++) {
        if (r->link.prev == &q->order) {
            return r->level > q->first ? r : NULL;
        }
        if (RANK_OF(r->link.prev)->level + 1 < r->level) {
            return r;
        }
        r = RANK_OF(r->link.prev);
    }
}

struct tn_rank *tn_ranks_settle(struct tn_ranks *q)
{
    struct tn_rank *r, *above, *under;
    uint32_t up, down;

    if (!q->shared) {
        return NULL;
    }
    r = find_shared(q);
    if (r == NULL) {
        q->shared = false;
        return NULL;
    }
    above = hole_above(q, r, &up);
    under = hole_below(q, RANK_OF(r->link.prev), &down);
    if (above != NULL && (under == NULL || up <= down)) {
        above->level++;
        return above;
    }
    if (under != NULL) {
        under->level--;
    }
    return under;
}
