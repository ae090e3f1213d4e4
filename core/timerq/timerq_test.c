/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timer queue: random operations against an array that is searched, with the queue's
 * invariants checked on the way; the grid of a periodic timer; the bound of each step.
 */
#include <tn/compiler.h>
#include <tn/test.h>
#include <tn/timerq.h>

#define TIMERS 600
#define PERIODS 1000000

struct entry {
    struct tn_timer timer;
    uint64_t started; /* number of the start, 0: not queued */
    bool late;        /* its time had passed when it was started */
};

static struct tn_timerq q;
static struct entry entries[TIMERS];
static uint64_t starts, now;

/* Sixteen hexadecimal digits, most significant first: the slow way to a slot's number. */
static uint32_t naive_place(uint64_t base, uint64_t deadline)
{
    if (deadline < base) {
        deadline = base;
    }
    for (int digit = 15; digit >= 0; digit--) {
        uint64_t a = deadline >> (4 * digit) & 15, b = base >> (4 * digit) & 15;

        if (a != b || digit == 0) {
            return (uint32_t)digit * 16 + (uint32_t)a;
        }
    }
    return 0;
}

static void check_slot(uint32_t slot, unsigned *count)
{
    struct tn_timer *head = q.slot[slot], *t = head;
    uint64_t least = UINT64_MAX;
    bool sorted = true;

    TN_CHECK((head != NULL) == ((q.map[slot / 64] >> (63 - slot % 64) & 1) != 0));
    if (head == NULL) {
        TN_CHECK(q.order[slot] == 0 && q.first != slot);
        return;
    }
    do {
        TN_CHECK(t->slot == slot && t->next->prev == t && t->prev->next == t);
        TN_CHECK(slot == q.drain || naive_place(q.base, t->deadline) == slot);
        sorted = sorted && (t->next == head || t->deadline <= t->next->deadline);
        least = t->deadline < least ? t->deadline : least;
        ++*count;
        t = t->next;
    } while (t != head);
    TN_CHECK(sorted || slot < 16 || q.order[slot] != 0);
    TN_CHECK(q.order[slot] == 2 || slot < 16 || slot == q.drain || head->deadline == least);
    TN_CHECK(q.first != slot || (q.order[slot] == 0 && q.next == head->deadline));
}

static void check_queue(void)
{
    unsigned count = 0, active = 0;
    uint64_t latest = 0;

    for (uint32_t slot = 0; slot < TN_TIMERQ_SLOTS; slot++) {
        check_slot(slot, &count);
    }
    for (const struct tn_timer *t = q.due.next; t != &q.due; t = t->next) {
        TN_CHECK(t->next->prev == t && t->prev->next == t && t->deadline <= now);
        if (!((const struct entry *)(const void *)t)->late) {
            TN_CHECK(t->deadline >= latest);
            latest = t->deadline;
        }
        count++;
    }
    for (int i = 0; i < TIMERS; i++) {
        TN_CHECK(tn_timer_active(&entries[i].timer) == (entries[i].started != 0));
        active += entries[i].started != 0;
    }
    TN_CHECK(count == active && q.base <= now);
}

/* The entry that has to expire next of those that are not late: by deadline, then by start. */
static struct entry *model_first(void)
{
    struct entry *best = NULL;

    for (int i = 0; i < TIMERS; i++) {
        struct entry *e = &entries[i];

        if (e->started == 0 || e->late) {
            continue;
        }
        if (best == NULL || e->timer.deadline < best->timer.deadline ||
            (e->timer.deadline == best->timer.deadline && e->started < best->started)) {
            best = e;
        }
    }
    return best;
}

static uint64_t random_deadline(unsigned kind)
{
    switch (kind % 6) {
    case 0: /* a cluster that is far away */
        return (now | 0xfffff) + 1 + tn_test_below(300);
    case 1: /* every distance */
        return now + (tn_test_random() >> (16 + tn_test_below(48)));
    case 2: /* few different ones */
        return (now | 0xfff) + 1 + 16 * tn_test_below(4);
    case 3: /* in ascending order */
        return now + 100000 + starts;
    case 4: /* near, and in the past */
        return now + tn_test_below(64) - (now > 32 ? 32 : 0);
    default: /* evenly, dense */
        return now + tn_test_below(20000);
    }
}

static void start(struct entry *e, unsigned kind)
{
    uint64_t deadline = random_deadline(kind), next = tn_timerq_next(&q);

    e->late = deadline <= now;
    e->started = ++starts;
    TN_CHECK(tn_timerq_start(&q, &e->timer, deadline) == (deadline < next));
    TN_CHECK(tn_timerq_next(&q) <= deadline && e->timer.deadline == deadline);
}

static void stop(struct entry *e)
{
    uint64_t next = tn_timerq_next(&q);

    TN_CHECK(tn_timerq_stop(&q, &e->timer) == (e->started != 0));
    TN_CHECK(tn_timerq_next(&q) == next);
    TN_CHECK(!tn_timerq_stop(&q, &e->timer));
    e->started = 0;
}

/* Let time pass and expire; `disturb` starts and stops between the steps, too. */
static void expire(bool disturb, unsigned kind)
{
    struct entry *first = model_first();
    unsigned idle = 0;

    if (first == NULL || first->timer.deadline < now || tn_test_below(8) != 0) {
        now += tn_test_below(3000);
    } else {
        now += tn_test_below(first->timer.deadline - now + 2);
    }
    while (tn_timerq_next(&q) <= now) {
        struct tn_timer *t = tn_timerq_expire(&q, now);
        struct entry *e = (struct entry *)(void *)t;

        if (e != NULL) {
            TN_CHECK(t->deadline <= now && !tn_timer_active(t));
            if (!e->late) {
                first = model_first();
                /* Starts between the steps of a drain may overtake equal deadlines. */
                TN_CHECK(t->deadline == first->timer.deadline && (disturb || e == first));
            }
            e->started = 0;
            idle = 0;
        }
        TN_CHECK(idle++ <= 16 * (TIMERS / TN_TIMERQ_STEP + 2));
        if (disturb && tn_test_below(8) == 0) {
            e = &entries[tn_test_below(TIMERS)];
            if (e->started != 0) {
                stop(e);
            } else {
                start(e, kind);
            }
            check_queue();
        }
    }
    for (int i = 0; i < TIMERS; i++) {
        TN_CHECK(entries[i].started == 0 || entries[i].timer.deadline > now);
    }
    TN_CHECK(tn_timerq_expire(&q, now) == NULL);
}

static void random_operations(bool disturb)
{
    for (unsigned step = 0; step < 60000; step++) {
        unsigned limit = step % 20000 < 4000 ? 4 : step % 20000 < 10000 ? 60 : TIMERS;
        struct entry *e = &entries[tn_test_below(limit)];
        unsigned kind = step / 1000;
        const struct entry *first;

        if (step % 20000 == 0) {
            now = step == 0 ? 0 : tn_test_random() >> tn_test_below(56);
            for (int i = 0; i < TIMERS; i++) {
                entries[i] = (struct entry){.timer = TN_TIMER_INIT};
            }
            tn_timerq_init(&q, now);
        }
        if (e->started != 0) {
            stop(e);
        } else {
            start(e, kind % 7 == 6 ? (unsigned)tn_test_below(6) : kind);
        }
        if (step % 64 == 0) {
            check_queue();
            expire(disturb, kind);
            check_queue();
        }
        if (step % 512 == 0) {
            expire(disturb, kind);
            first = model_first();
            tn_timerq_refresh(&q, now);
            TN_CHECK(first == NULL ? tn_timerq_next(&q) == TN_TIMERQ_NEVER
                                   : tn_timerq_next(&q) <= first->timer.deadline);
        }
    }
}

static void random_order_is_exact(void)
{
    random_operations(false);
}

static void random_with_starts_between(void)
{
    random_operations(true);
}

/* With timers in order and none stopped, the next expiry is exact to the tick. */
static void next_is_exact(void)
{
    now = 12345;
    tn_timerq_init(&q, now);
    for (unsigned i = 0; i < TIMERS; i++) {
        entries[i] = (struct entry){.timer = TN_TIMER_INIT};
        now += tn_test_below(5);
        TN_CHECK(tn_timerq_start(&q, &entries[i].timer, now + 1000000) == (i == 0));
    }
    for (unsigned i = 0; i < TIMERS;) {
        const struct tn_timer *t;

        if (tn_timerq_next(&q) > now) {
            TN_CHECK(tn_timerq_next(&q) == entries[i].timer.deadline);
            TN_CHECK(tn_timerq_expire(&q, now) == NULL);
            now = tn_timerq_next(&q);
        }
        t = tn_timerq_expire(&q, now);
        TN_CHECK(t == NULL || t == &entries[i++].timer);
    }
    TN_CHECK(tn_timerq_expire(&q, now) == NULL);
    TN_CHECK(tn_timerq_next(&q) == TN_TIMERQ_NEVER);
}

/* A slot that is being drained loses the rest of its timers. */
static void stopped_while_draining(void)
{
    now = 0;
    tn_timerq_init(&q, now);
    for (unsigned i = 0; i < 40; i++) {
        entries[i].timer = (struct tn_timer)TN_TIMER_INIT;
        tn_timerq_start(&q, &entries[i].timer, 0x10000 + i * 37 % 64 * 0x100);
    }
    now = 0x20000;
    TN_CHECK(tn_timerq_expire(&q, now) == NULL && tn_timerq_next(&q) <= now && q.drain < 256);
    for (unsigned i = 0; i < 40; i++) {
        TN_CHECK(tn_timerq_stop(&q, &entries[i].timer));
    }
    while (tn_timerq_next(&q) <= now) {
        TN_CHECK(tn_timerq_expire(&q, now) == NULL);
    }
    TN_CHECK(tn_timerq_next(&q) == TN_TIMERQ_NEVER);
}

/* Periodic timers stay on their grid however late the expiry is handled. */
static void periods_do_not_drift(void)
{
    static const uint64_t period[] = {62500, 99991, 7};
    uint64_t count[TN_ARRAY_SIZE(period)] = {0}, origin = UINT64_C(0xfffffff0);

    now = origin;
    tn_timerq_init(&q, now);
    for (unsigned i = 0; i < TN_ARRAY_SIZE(period); i++) {
        entries[i] = (struct entry){.timer = TN_TIMER_INIT};
        tn_timerq_start(&q, &entries[i].timer, origin + period[i]);
    }
    while (count[0] < PERIODS) {
        struct tn_timer *t;

        now = tn_timerq_next(&q) + tn_test_below(200);
        t = tn_timerq_expire(&q, now);
        if (t != NULL) {
            uint64_t i = (uint64_t)((struct entry *)(void *)t - entries);

            count[i]++;
            TN_CHECK(t->deadline == origin + count[i] * period[i]);
            if (i == 2 && count[i] == PERIODS) {
                continue;
            }
            tn_timerq_start(&q, t, t->deadline + period[i]);
        }
    }
    TN_CHECK(count[1] == PERIODS * period[0] / period[1]);
}

/* The two ends of time. */
static void extremes(void)
{
    for (int i = 0; i < 3; i++) {
        tn_timer_init(&entries[i].timer);
    }
    now = 0;
    tn_timerq_init(&q, now);
    TN_CHECK(tn_timerq_start(&q, &entries[0].timer, TN_TIMERQ_NEVER - 1));
    TN_CHECK(tn_timerq_start(&q, &entries[1].timer, 0));
    TN_CHECK(tn_timerq_expire(&q, 0) == &entries[1].timer);
    TN_CHECK(tn_timerq_next(&q) == TN_TIMERQ_NEVER - 1);
    TN_CHECK(!tn_timerq_start(&q, &entries[1].timer, TN_TIMERQ_NEVER - 1));
    TN_CHECK(tn_timerq_expire(&q, TN_TIMERQ_NEVER - 2) == NULL);
    TN_CHECK(tn_timerq_expire(&q, TN_TIMERQ_NEVER - 1) == &entries[0].timer);
    TN_CHECK(tn_timerq_expire(&q, TN_TIMERQ_NEVER - 1) == &entries[1].timer);
    TN_CHECK(tn_timerq_expire(&q, TN_TIMERQ_NEVER - 1) == NULL);
    TN_CHECK(tn_timerq_next(&q) == TN_TIMERQ_NEVER);
}

int main(void)
{
    tn_test_begin();
    TN_RUN(random_order_is_exact);
    TN_RUN(random_with_starts_between);
    TN_RUN(next_is_exact);
    TN_RUN(stopped_while_draining);
    TN_RUN(periods_do_not_drift);
    TN_RUN(extremes);
    return tn_test_end();
}
