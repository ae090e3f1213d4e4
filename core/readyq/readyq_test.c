/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ready queue: random operations against a model that keeps a number for each thread, its
 * position in its level.
 */
#include <tn/readyq.h>
#include <tn/test.h>

#define THREADS 1000

static struct tn_readyq q;
static struct tn_ready threads[THREADS];
static int64_t position[THREADS]; /* 0: not queued; smaller is further to the front */
static int64_t front = -1, back = 1;
static unsigned used[TN_READYQ_LEVELS];

/* The model's first thread of the most urgent level, NULL if none is queued. */
static struct tn_ready *model_first(void)
{
    struct tn_ready *best = NULL;

    for (int i = 0; i < THREADS; i++) {
        struct tn_ready *t = &threads[i];

        if (position[i] != 0 &&
            (best == NULL || t->level < best->level ||
             (t->level == best->level && position[i] < position[best - threads]))) {
            best = t;
        }
    }
    return best;
}

static uint32_t random_level(unsigned spread)
{
    /* Few levels for long rings, all of them for the bitmap. */
    return spread < 8 ? spread * 64 % TN_READYQ_LEVELS : (uint32_t)tn_test_below(spread);
}

static void change(int i, unsigned spread)
{
    struct tn_ready *t = &threads[i];
    uint32_t level = random_level(spread);

    if (position[i] == 0) {
        t->level = level;
        used[level]++;
        if (tn_test_below(4) != 0) {
            tn_readyq_push_tail(&q, t);
            position[i] = back++;
        } else {
            tn_readyq_push_head(&q, t);
            position[i] = front--;
        }
        return;
    }
    used[t->level]--;
    switch (tn_test_below(4)) {
    case 0:
        tn_readyq_move_tail(&q, t, level);
        position[i] = back++;
        used[level]++;
        break;
    case 1:
        tn_readyq_move_head(&q, t, level);
        position[i] = front--;
        used[level]++;
        break;
    default:
        tn_readyq_remove(&q, t);
        position[i] = 0;
    }
}

static void rotate(void)
{
    struct tn_ready *first = model_first();
    uint32_t level;

    TN_CHECK(tn_readyq_empty(&q) == (first == NULL));
    if (first == NULL) {
        return;
    }
    level = first->level;
    TN_CHECK(tn_readyq_level(&q) == level);
    for (uint32_t at = 0; at < TN_READYQ_LEVELS; at++) {
        uint32_t after = at + 1;

        while (after < TN_READYQ_LEVELS && used[after] == 0) {
            after++;
        }
        TN_CHECK(tn_readyq_after(&q, at) == after);
    }
    TN_CHECK(tn_readyq_first(&q) == first);
    TN_CHECK(tn_readyq_head(&q, level) == first);
    position[first - threads] = back++;
    TN_CHECK(tn_readyq_rotate(&q, first) == model_first());
    TN_CHECK(tn_readyq_first(&q) == model_first());
}

static void drain(void)
{
    struct tn_ready *first;

    for (int i = 0; i < (int)TN_READYQ_LEVELS; i++) {
        TN_CHECK((tn_readyq_head(&q, (uint32_t)i) != NULL) == (used[i] != 0));
    }
    while ((first = model_first()) != NULL) {
        TN_CHECK(tn_readyq_first(&q) == first);
        tn_readyq_remove(&q, first);
        used[first->level]--;
        position[first - threads] = 0;
    }
    TN_CHECK(tn_readyq_empty(&q));
}

static void random_operations(void)
{
    static const unsigned spreads[] = {0, 1, 3, 4, 10, TN_READYQ_LEVELS};

    tn_readyq_init(&q);
    for (int step = 0; step < 40000; step++) {
        unsigned limit = 1u << (step / 4000); /* few threads and many */

        change((int)tn_test_below(limit < THREADS ? limit : THREADS), spreads[step / 500 % 6]);
        if (step % 4 == 0) {
            rotate();
        }
        if (step % 5000 == 4999) {
            drain();
        }
    }
    drain();
}

/* The ends of the bitmap's words, alone and together. */
static void word_borders(void)
{
    static const uint32_t levels[] = {256, 255, 192, 191, 128, 127, 64, 63, 1, 0};

    for (unsigned i = 0; i < TN_ARRAY_SIZE(levels); i++) {
        threads[i].level = levels[i];
        tn_readyq_push_tail(&q, &threads[i]);
        TN_CHECK(tn_readyq_level(&q) == levels[i]);
        TN_CHECK(tn_readyq_rotate(&q, &threads[i]) == &threads[i]);
    }
    for (unsigned i = TN_ARRAY_SIZE(levels); i-- > 0;) {
        TN_CHECK(tn_readyq_first(&q) == &threads[i]);
        tn_readyq_remove(&q, &threads[i]);
    }
    TN_CHECK(tn_readyq_empty(&q));
}

int main(void)
{
    tn_test_begin();
    TN_RUN(random_operations);
    TN_RUN(word_borders);
    return tn_test_end();
}
