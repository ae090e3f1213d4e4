/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler on a clock that the test moves: schedules that can be worked out by hand, then
 * random sets against what the rules promise.
 */
#include <tn/hv/sched.h>

#include <string.h>
#include <tn/test.h>

#define MOST 8

static struct tn_sched q;
static struct tn_sched_entity e[MOST];
static uint64_t now;

static void reset(void)
{
    memset(&q, 0, sizeof(q));
    memset(e, 0, sizeof(e));
    now = 1000;
    tn_sched_init(&q, now);
}

static void add(unsigned i, enum tn_sched_kind kind, uint32_t level, uint64_t budget,
                uint64_t period, uint64_t slice)
{
    struct tn_sched_policy policy = {kind, level, budget, period, slice};

    tn_sched_add(&q, &e[i], &policy);
    tn_sched_release(&q, &e[i]);
}

static int index_of(const struct tn_sched_entity *one)
{
    return one == NULL ? -1 : (int)(one - e);
}

/* Run whoever is chosen until `end`; ran[i] grows by what each gets, order has who ran. */
static uint64_t ran[MOST];
static char order[4096];

static void run_until(uint64_t end)
{
    struct tn_sched_entity *current = tn_sched_pick(&q, now);

    while (now < end) {
        uint64_t next = tn_sched_next(&q, current);
        size_t length = strlen(order);

        TN_CHECK(next > now || next == TN_SCHED_NEVER || current == NULL);
        next = next < end ? next : end;
        if (current != NULL) {
            ran[index_of(current)] += next - now;
            if (length + 1 < sizeof(order) &&
                (length == 0 || order[length - 1] != 'a' + index_of(current))) {
                order[length] = (char)('a' + index_of(current));
            }
        }
        now = next;
        tn_sched_account(&q, current, now);
        current = tn_sched_pick(&q, now);
    }
}

static void clear(void)
{
    memset(ran, 0, sizeof(ran));
    memset(order, 0, sizeof(order));
}

static void test_fixed(void)
{
    reset();
    clear();
    add(0, TN_SCHED_FIXED, 10, 0, 0, 0);
    add(1, TN_SCHED_FIXED, 20, 0, 0, 0);
    add(2, TN_SCHED_FIXED, 20, 0, 0, 0);
    TN_CHECK(tn_sched_pick(&q, now) == NULL);
    tn_sched_wake(&q, &e[2], now);
    tn_sched_wake(&q, &e[1], now);
    TN_CHECK(tn_sched_pick(&q, now) == &e[2]); /* first come */
    TN_CHECK(tn_sched_waiting(&q, &e[2]) == 20);
    tn_sched_yield(&q, &e[2]);
    TN_CHECK(tn_sched_pick(&q, now) == &e[1]);
    tn_sched_wake(&q, &e[0], now);
    TN_CHECK(tn_sched_pick(&q, now) == &e[0]);
    TN_CHECK(tn_sched_waiting(&q, &e[0]) == 20);
    TN_CHECK(tn_sched_next(&q, &e[0]) == TN_SCHED_NEVER);
    tn_sched_block(&q, &e[0], now + 50);
    TN_CHECK(tn_sched_pick(&q, now) == &e[1]); /* who was preempted comes before its peers */
    TN_CHECK(tn_sched_next(&q, &e[1]) == now + 50);
    run_until(now + 80);
    TN_CHECK(ran[1] == 50 && ran[0] == 30);
    tn_sched_hold(&q, &e[0]);
    TN_CHECK(tn_sched_pick(&q, now) == &e[1]);
    tn_sched_release(&q, &e[0]);
    TN_CHECK(tn_sched_pick(&q, now) == &e[0]);
    tn_sched_set_level(&q, &e[0], 200, true);
    TN_CHECK(tn_sched_pick(&q, now) == &e[1]);
    tn_sched_set_level(&q, &e[0], 0, true); /* its ceiling is 10 */
    TN_CHECK(e[0].ready.level == 10 && tn_sched_pick(&q, now) == &e[0]);
    tn_sched_set_level(&q, &e[0], 200, true);
    tn_sched_alarm(&q, &e[0], now + 10);
    run_until(now + 10);
    TN_CHECK(tn_sched_pick(&q, now) == &e[0]);
}

static void test_round_robin(void)
{
    reset();
    clear();
    for (unsigned i = 0; i < 3; i++) {
        add(i, TN_SCHED_RR, 5, 0, 0, 100);
        tn_sched_wake(&q, &e[i], now);
    }
    run_until(now + 950);
    TN_CHECK(strcmp(order, "abcabcabca") == 0);
    TN_CHECK(ran[0] == 350 && ran[1] == 300 && ran[2] == 300);
}

/* 30 of each 100 for the most urgent, the rest for another; both are ready. */
static void begin_budget(void)
{
    reset();
    clear();
    add(0, TN_SCHED_FIXED, 0, 30, 100, 0);
    add(1, TN_SCHED_FIXED, 9, 0, 0, 0);
    tn_sched_wake(&q, &e[0], now);
    tn_sched_wake(&q, &e[1], now);
}

/* A hog gets its budget and no more, to the tick, in every period. */
static void test_budget(void)
{
    begin_budget();
    run_until(now + 1000);
    TN_CHECK(ran[0] == 300 && ran[1] == 700);
    TN_CHECK(e[0].throttles == 10 && e[0].used == 300);
    /* It blocks with something left and comes back when that would be more than its share. */
    tn_sched_pick(&q, now);
    run_until(now + 25);
    tn_sched_block(&q, &e[0], TN_SCHED_NEVER);
    run_until(now + 70);
    tn_sched_wake(&q, &e[0], now); /* 5 of 30 left, 5 of 100 to go: 1 > 0.3 */
    TN_CHECK(e[0].left == 30 && e[0].deadline == now + 100);
    run_until(now + 10);
    tn_sched_block(&q, &e[0], TN_SCHED_NEVER);
    run_until(now + 10);
    tn_sched_wake(&q, &e[0], now); /* 20 of 30 left, 80 of 100 to go: 0.25 < 0.3 */
    TN_CHECK(e[0].left == 20);
    tn_sched_account(&q, &e[0], now += 24); /* overdrawn by 4: paid back */
    TN_CHECK(e[0].state == TN_SCHED_THROTTLED);
    tn_sched_block(&q, &e[0], TN_SCHED_NEVER);
    TN_CHECK(e[0].state == TN_SCHED_THROTTLED);
    now = e[0].deadline;
    q.since = now;
    TN_CHECK(tn_sched_pick(&q, now) == &e[0] && e[0].left == 26);
}

/* `i` runs, and in the end nobody could take the CPU from it for so long: one long call of EL2's.
 */
static void run_long(unsigned i, uint64_t ticks)
{
    TN_CHECK(tn_sched_pick(&q, now) == &e[i]);
    ran[i] += ticks;
    tn_sched_account(&q, &e[i], now += ticks);
}

/* Whatever is overdrawn, and however often, the rest is the others'; time without the CPU pays. */
static void test_debt(void)
{
    begin_budget();
    for (unsigned i = 0; i < 10; i++) {
        run_long(0, 95);
        while (tn_sched_pick(&q, now) != &e[0]) {
            run_until(tn_sched_next(&q, &e[1]));
        }
    }
    /* But for the first 30 all of it has been earned, in periods of 100. */
    TN_CHECK(ran[0] == 950 && ran[0] + ran[1] >= (ran[0] - 30) * 100 / 30);
    TN_CHECK(e[0].left > 0 && e[0].left <= 30);
    /* 270 are owed when the next period begins: 9 budgets, and the tenth is its own. */
    run_long(0, 270 + (uint64_t)e[0].left);
    clear();
    TN_CHECK(tn_sched_pick(&q, now) == &e[1] && e[0].left == 0);
    TN_CHECK(e[0].deadline == now + 900);
    run_until(now + 900);
    TN_CHECK(ran[0] == 0);
    run_until(now + 99);
    TN_CHECK(ran[0] == 30);
    /* One that does not even want the CPU has paid when it could have earned as much. */
    reset();
    add(0, TN_SCHED_FIXED, 0, 30, 100, 0);
    tn_sched_wake(&q, &e[0], now);
    e[0].left = 0;
    tn_sched_block(&q, &e[0], TN_SCHED_NEVER);
    e[0].left = -90;
    tn_sched_wake(&q, &e[0], now = e[0].deadline + 200);
    TN_CHECK(e[0].state == TN_SCHED_THROTTLED && e[0].left == 0);
    tn_sched_remove(&q, &e[0]);
    e[0].left = -90;
    tn_sched_wake(&q, &e[0], now = e[0].deadline + 400);
    TN_CHECK(e[0].state == TN_SCHED_READY && e[0].left == 30);
}

/* Who asks for its budget again has used what it has used; a first one counts at once. */
static void test_set_budget(void)
{
    begin_budget();
    for (unsigned i = 0; i < 10; i++) {
        run_until(now + 20);
        tn_sched_set_budget(&q, &e[0], 30, 100, now);
        run_until(now + 80);
    }
    TN_CHECK(ran[0] == 300 && ran[1] == 700 && e[0].throttles == 10);
    (void)tn_sched_pick(&q, now); /* the period begins */
    run_until(now + 5);
    tn_sched_set_budget(&q, &e[0], 10, 50, now);
    TN_CHECK(e[0].left == 10 && e[0].deadline == now + 95);
    tn_sched_set_budget(&q, &e[1], 7, 70, now);
    TN_CHECK(e[1].left == 7 && e[1].deadline == now + 70);
    clear();
    run_until(now + 95);
    TN_CHECK(ran[0] == 10 && ran[1] == 14);
    run_until(now + 100);
    TN_CHECK(ran[0] == 30);
}

static void test_edf(void)
{
    reset();
    clear();
    add(0, TN_SCHED_EDF, 0, 20, 50, 0);
    add(1, TN_SCHED_EDF, 0, 30, 100, 0);
    add(2, TN_SCHED_FIXED, 0, 0, 0, 0);
    for (unsigned i = 0; i < 3; i++) {
        tn_sched_wake(&q, &e[i], now);
    }
    run_until(now + 100);
    TN_CHECK(strcmp(order, "abac") == 0);
    TN_CHECK(ran[0] == 40 && ran[1] == 30 && ran[2] == 30);
}

/*
 * Periodic tasks of total utilisation up to 1 beside an overrunning one in its budget: every job
 * that keeps to its budget ends by its deadline.
 */
static void random_edf(void)
{
    uint64_t period[MOST], work[MOST], left[MOST], release[MOST], share = 0, end;
    unsigned count = 2 + (unsigned)tn_test_below(MOST - 2);

    reset();
    for (unsigned i = 0; i < count; i++) {
        period[i] = 200 + tn_test_below(2000);
        work[i] = period[i] / count * (50 + tn_test_below(50)) / 100;
        share += work[i] * 10000 / period[i];
        left[i] = i == 0 ? UINT64_MAX : work[i]; /* the first never ends */
        release[i] = now;
        add(i, TN_SCHED_EDF, 0, work[i], period[i], 0);
        tn_sched_wake(&q, &e[i], now);
    }
    TN_CHECK(share <= 10000);
    clear();
    end = now + 100000;
    while (now < end) {
        struct tn_sched_entity *current = tn_sched_pick(&q, now);
        uint64_t next = tn_sched_next(&q, current);
        int i = index_of(current);

        if (i > 0 && now + left[i] < next) {
            next = now + left[i];
        }
        next = next < end ? next : end;
        if (i >= 0) {
            ran[i] += next - now;
            left[i] -= next - now;
        }
        now = next;
        tn_sched_account(&q, current, now);
        if (i > 0 && left[i] == 0) {
            TN_CHECK(now <= release[i] + period[i]);
            release[i] += period[i];
            left[i] = work[i];
            /* A job that took its budget to the last tick is throttled until then anyway. */
            tn_sched_block(&q, current, release[i]);
        }
    }
    TN_CHECK(ran[0] <= work[0] * (100000 / period[0] + 1));
    TN_CHECK(ran[0] + work[0] >= work[0] * (100000 / period[0]));
}

/* Who has asked for next to nothing and used it up need not be waited for, nor has it more for
 * that. */
static void test_renew(void)
{
    reset();
    clear();
    add(0, TN_SCHED_EDF, 0, 20, 100, 0);
    add(1, TN_SCHED_FIXED, 0, 0, 0, 0);
    tn_sched_wake(&q, &e[0], now);
    tn_sched_wake(&q, &e[1], now);
    run_until(now + 20);
    tn_sched_set_budget(&q, &e[0], 1, 1000000, now);
    run_until(now + 180);
    TN_CHECK(ran[0] == 21 && e[0].state == TN_SCHED_THROTTLED && e[0].deadline > now + 999000);
    tn_sched_hurry(&q, &e[0], 20, 100, now);
    TN_CHECK(tn_sched_pick(&q, now) == &e[0] && e[0].left == 19 && e[0].deadline == now + 100);
    run_until(now + 100);
    TN_CHECK(ran[0] == 40);
    run_until(now + 100);
    TN_CHECK(ran[0] == 60);

    /* All used up: with the next period.  And one that has no budget by right has none again. */
    tn_sched_set_budget(&q, &e[0], 20, 1000000, now);
    run_until(now + 20);
    tn_sched_renew(&q, &e[0], 20, 100, now);
    TN_CHECK(ran[0] == 80 && e[0].state == TN_SCHED_THROTTLED && e[0].deadline == now + 100);
    tn_sched_set_budget(&q, &e[1], 7, 1000000, now);
    run_until(now + 50);
    TN_CHECK(e[1].state == TN_SCHED_THROTTLED);
    tn_sched_renew(&q, &e[1], 0, 0, now);
    TN_CHECK(tn_sched_pick(&q, now) == &e[1] && e[1].budget == 0);
    memset(ran, 0, sizeof(ran));
    run_until(now + 40);
    TN_CHECK(ran[1] == 40);
}

/* c ends: before the fixed ones, again and again, with a tenth of the CPU; never before EDF. */
static void test_hurry(void)
{
    reset();
    add(0, TN_SCHED_FIXED, 0, 0, 0, 0);
    add(1, TN_SCHED_FIXED, 0, 0, 0, 0);
    add(2, TN_SCHED_RR, 9, 0, 0, 50);
    add(3, TN_SCHED_EDF, 0, 20, 100, 0);
    for (unsigned i = 0; i < 3; i++) {
        tn_sched_wake(&q, &e[i], now);
    }
    TN_CHECK(tn_sched_pick(&q, now) == &e[0]);
    tn_sched_hurry(&q, &e[2], 10, 100, now);
    TN_CHECK(tn_sched_pick(&q, now) == &e[2]);
    tn_sched_wake(&q, &e[3], now);
    TN_CHECK(tn_sched_pick(&q, now) == &e[3]);
    memset(ran, 0, sizeof(ran));
    run_until(now + 1000);
    TN_CHECK(ran[3] == 200 && ran[2] == 100 && ran[0] == 700 && ran[1] == 0);

    /* One under EDF has its own budget and no more; twice is once. */
    tn_sched_hurry(&q, &e[3], 20, 100, now);
    tn_sched_hurry(&q, &e[2], 10, 100, now);
    memset(ran, 0, sizeof(ran));
    run_until(now + 1000);
    TN_CHECK(ran[3] == 200 && ran[2] == 100);

    /* Throttled, and over: nothing of it is left. */
    now += 5;
    tn_sched_account(&q, tn_sched_pick(&q, now), now);
    tn_sched_remove(&q, &e[2]);
    tn_sched_remove(&q, &e[3]);
    add(2, TN_SCHED_FIXED, 9, 0, 0, 0);
    tn_sched_wake(&q, &e[2], now);
    TN_CHECK(e[2].kind == TN_SCHED_FIXED && tn_sched_pick(&q, now) == &e[0]);
    TN_CHECK(tn_sched_next(&q, &e[0]) == TN_SCHED_NEVER);
}

static void test_random_edf(void)
{
    for (unsigned i = 0; i < 300; i++) {
        random_edf();
    }
}

int main(void)
{
    tn_test_begin();
    TN_RUN(test_fixed);
    TN_RUN(test_round_robin);
    TN_RUN(test_budget);
    TN_RUN(test_debt);
    TN_RUN(test_set_budget);
    TN_RUN(test_edf);
    TN_RUN(test_renew);
    TN_RUN(test_hurry);
    TN_RUN(test_random_edf);
    return tn_test_end();
}
