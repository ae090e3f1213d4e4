/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranks: random insertions, removals and settling steps against a model that is an array of keys
 * with numbers of arrival.
 */
#include <tn/ranks.h>
#include <tn/test.h>

#define MOST 200

static struct tn_ranks q;
static struct tn_rank entries[MOST];
static uint64_t arrival[MOST]; /* 0: not in the order */
static uint64_t arrivals;
static uint32_t present, first, levels;

static bool model_before(int a, int b)
{
    return entries[a].key < entries[b].key ||
           (entries[a].key == entries[b].key && arrival[a] < arrival[b]);
}

/* No pair is the wrong way round; settled: no two are on one level. */
static void check(bool settled)
{
    for (uint32_t a = 0; a < levels; a++) {
        if (arrival[a] == 0) {
            continue;
        }
        TN_CHECK(entries[a].level - first < levels);
        for (uint32_t b = 0; b < levels; b++) {
            if (arrival[b] != 0 && model_before((int)a, (int)b)) {
                TN_CHECK(entries[a].level <= entries[b].level);
                TN_CHECK(!settled || entries[a].level < entries[b].level);
            }
        }
    }
}

static void settle(void)
{
    uint32_t steps = 0;

    while (tn_ranks_settle(&q) != NULL) {
        check(false);
        TN_CHECK(++steps <= MOST * MOST);
    }
    check(true);
}

static void insert(uint64_t key)
{
    uint32_t i = 0;

    while (arrival[i] != 0) {
        i++;
    }
    tn_ranks_insert(&q, &entries[i], key);
    arrival[i] = ++arrivals;
    present++;
}

static void remove_one(void)
{
    uint32_t i;

    do {
        i = (uint32_t)tn_test_below(levels);
    } while (arrival[i] == 0);
    tn_ranks_remove(&entries[i]);
    arrival[i] = 0;
    present--;
}

static void start(uint32_t from, uint32_t count)
{
    first = from;
    levels = count;
    present = 0;
    for (int i = 0; i < MOST; i++) {
        arrival[i] = 0;
    }
    tn_ranks_init(&q, first, levels);
}

static void run(uint64_t keys)
{
    uint64_t now = 0;

    for (int i = 0; i < 2000; i++) {
        bool full = present == levels;

        if (present != 0 && (full || tn_test_below(5) < 2)) {
            remove_one();
        } else {
            insert(now + tn_test_below(keys));
            now += tn_test_below(3);
        }
        if (tn_test_below(3) != 0) {
            settle();
        } else {
            check(false);
        }
    }
}

static void few_levels(void)
{
    for (uint32_t count = 1; count <= 8; count++) {
        start(0, count);
        run(4);
    }
}

static void many_levels(void)
{
    start(32, 64);
    run(100);
    start(1, 64);
    run(UINT64_MAX / 2);
}

/* All levels are in use, and the new one belongs before all, behind all, or in the middle. */
static void full(void)
{
    for (uint32_t at = 0; at < 64; at++) {
        start(10, 64);
        for (uint32_t i = 0; i < 64; i++) {
            if (i != at) {
                insert(i);
                settle();
            }
        }
        insert(at);
        settle();
        TN_CHECK(present == levels);
    }
}

int main(void)
{
    tn_test_begin();
    TN_RUN(few_levels);
    TN_RUN(many_levels);
    TN_RUN(full);
    return tn_test_end();
}
