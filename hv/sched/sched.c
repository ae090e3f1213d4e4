/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixed priority over core/readyq, EDF over a sorted list (a pool has a handful of instances, so
 * that insertion is shorter than keeping levels), and one timer an entity over core/timerq: which
 * of three things it is for follows from the entity's state.
 */
#include <tn/hv/sched.h>

#include <stddef.h>

static struct tn_sched_entity *of_ready(struct tn_ready *link)
{
    return TN_LIST_OBJECT(link, struct tn_sched_entity, ready);
}

static struct tn_sched_entity *of_edf(struct tn_list *link)
{
    return TN_LIST_OBJECT(link, struct tn_sched_entity, edf);
}

static bool competes(const struct tn_sched_entity *e)
{
    return e->state == TN_SCHED_READY && !e->held;
}

static void enqueue(struct tn_sched *q, struct tn_sched_entity *e)
{
    struct tn_list *at = q->edf.prev;

    if (e->kind != TN_SCHED_EDF) {
        if (e->kind == TN_SCHED_FIRST) {
            tn_readyq_push_head(&q->fixed, &e->ready);
        } else {
            tn_readyq_push_tail(&q->fixed, &e->ready);
        }
        return;
    }
    /* Behind equal ones: who has the CPU keeps it. */
    while (at != &q->edf && of_edf(at)->deadline > e->deadline) {
        at = at->prev;
    }
    tn_list_insert_after(at, &e->edf);
}

static void dequeue(struct tn_sched *q, struct tn_sched_entity *e)
{
    if (e->kind == TN_SCHED_EDF) {
        tn_list_remove(&e->edf);
    } else {
        tn_readyq_remove(&q->fixed, &e->ready);
    }
}

static void stop_timer(struct tn_sched *q, struct tn_sched_entity *e)
{
    if (tn_timer_active(&e->timer)) {
        (void)tn_timerq_stop(&q->timers, &e->timer);
    }
}

static void start_timer(struct tn_sched *q, struct tn_sched_entity *e, uint64_t at)
{
    stop_timer(q, e);
    if (at != TN_SCHED_NEVER) {
        (void)tn_timerq_start(&q->timers, &e->timer, at);
    }
}

void tn_sched_init(struct tn_sched *q, uint64_t now)
{
    /* The queue's memory is zero: a readyq of zero bytes is empty. */
    tn_list_init(&q->edf);
    tn_timerq_init(&q->timers, now);
    q->since = now;
}

void tn_sched_add(struct tn_sched *q, struct tn_sched_entity *e, const struct tn_sched_policy *p)
{
    (void)q;
    e->ready.level = p->level;
    e->ceiling = p->level;
    e->kind = (uint8_t)p->kind;
    e->state = TN_SCHED_BLOCKED;
    e->held = true;
    e->budget = p->budget;
    e->period = p->period;
    e->slice = p->slice;
    e->slice_left = (int64_t)p->slice;
    e->left = 0;
    e->deadline = 0;
    e->used = 0;
    e->throttles = 0;
    tn_timer_init(&e->timer);
}

/*
 * The next period; true: it has some budget in it.  What was overdrawn is paid back, or one call
 * that takes long at EL2 in each period would be all that an instance needs to have the whole CPU.
 * More than a budget takes several periods, which are passed at once.
 */
static bool refill(struct tn_sched_entity *e, uint64_t now)
{
    e->left = (int64_t)e->budget + (e->left < 0 ? e->left : 0);
    e->deadline += e->period;
    if (e->deadline <= now) {
        e->deadline = now + e->period;
    }
    if (e->left <= 0) {
        uint64_t whole = (uint64_t)-e->left / e->budget;

        e->left += (int64_t)(whole * e->budget);
        e->deadline += whole * e->period;
    }
    return e->left > 0;
}

/* What it owes after a time in which it has had nothing. */
static void pay(struct tn_sched_entity *e, uint64_t time)
{
    uint64_t owes = (uint64_t)-e->left, periods = time / e->period;

    e->left = periods > owes / e->budget ? 0 : e->left + (int64_t)(periods * e->budget);
}

/* The rule for becoming ready; false: throttled until the deadline. */
static bool claim(struct tn_sched_entity *e, uint64_t now)
{
    if (e->budget == 0) {
        return true;
    }
    if (now >= e->deadline) {
        if (e->left < 0) {
            pay(e, now - e->deadline);
        }
        e->deadline = now;
        return refill(e, now);
    }
    if (e->left <= 0) {
        return false;
    }
    if ((unsigned __int128)(uint64_t)e->left * e->period >
        (unsigned __int128)(e->deadline - now) * e->budget) {
        e->left = (int64_t)e->budget;
        e->deadline = now + e->period;
    }
    return true;
}

void tn_sched_wake(struct tn_sched *q, struct tn_sched_entity *e, uint64_t now)
{
    if (e->state != TN_SCHED_BLOCKED) {
        return;
    }
    stop_timer(q, e);
    if (!claim(e, now)) {
        e->state = TN_SCHED_THROTTLED;
        start_timer(q, e, e->deadline);
        return;
    }
    e->state = TN_SCHED_READY;
    if (!e->held) {
        enqueue(q, e);
    }
}

void tn_sched_block(struct tn_sched *q, struct tn_sched_entity *e, uint64_t wake_at)
{
    if (e->state == TN_SCHED_THROTTLED) {
        return; /* it used its budget up in this very moment: it wakes with the next one */
    }
    if (competes(e)) {
        dequeue(q, e);
    }
    e->state = TN_SCHED_BLOCKED;
    e->slice_left = (int64_t)e->slice;
    start_timer(q, e, wake_at);
}

void tn_sched_hold(struct tn_sched *q, struct tn_sched_entity *e)
{
    if (competes(e)) {
        dequeue(q, e);
    }
    e->held = true;
}

void tn_sched_release(struct tn_sched *q, struct tn_sched_entity *e)
{
    if (e->held) {
        e->held = false;
        if (competes(e)) {
            enqueue(q, e);
        }
    }
}

void tn_sched_remove(struct tn_sched *q, struct tn_sched_entity *e)
{
    tn_sched_hold(q, e);
    stop_timer(q, e);
    e->state = TN_SCHED_BLOCKED;
}

void tn_sched_leave(struct tn_sched *q, struct tn_sched_entity *e)
{
    if (competes(e)) {
        dequeue(q, e);
    }
    stop_timer(q, e);
}

void tn_sched_join(struct tn_sched *q, struct tn_sched_entity *e)
{
    if (competes(e)) {
        enqueue(q, e);
    }
    if (e->state == TN_SCHED_THROTTLED) {
        start_timer(q, e, e->deadline);
    }
}

void tn_sched_yield(struct tn_sched *q, struct tn_sched_entity *e)
{
    if (competes(e)) {
        dequeue(q, e);
        enqueue(q, e);
    }
    e->slice_left = (int64_t)e->slice;
}

void tn_sched_set_level(struct tn_sched *q, struct tn_sched_entity *e, uint32_t level, bool head)
{
    bool queued = competes(e) && e->kind != TN_SCHED_EDF;

    level = level < e->ceiling ? e->ceiling : level;
    if (level == e->ready.level) {
        return;
    }
    if (queued) {
        tn_readyq_remove(&q->fixed, &e->ready);
    }
    e->ready.level = level;
    if (queued && head) {
        tn_readyq_push_head(&q->fixed, &e->ready);
    } else if (queued) {
        tn_readyq_push_tail(&q->fixed, &e->ready);
    }
}

void tn_sched_set_budget(struct tn_sched *q, struct tn_sched_entity *e, uint64_t budget,
                         uint64_t period, uint64_t now)
{
    bool queued = competes(e);

    if (queued) {
        dequeue(q, e);
    }
    /* What it has used of the current period stays used: else to ask would be a refill. */
    if (e->budget == 0) {
        e->left = (int64_t)budget;
        e->deadline = now + period;
    } else if (e->left > (int64_t)budget) {
        e->left = (int64_t)budget;
    }
    e->budget = budget;
    e->period = period;
    if (queued) {
        enqueue(q, e);
    }
}

void tn_sched_renew(struct tn_sched *q, struct tn_sched_entity *e, uint64_t budget, uint64_t period,
                    uint64_t now)
{
    if (e->budget == budget && e->period == period) {
        return;
    }
    if (competes(e)) {
        dequeue(q, e);
    }
    stop_timer(q, e);
    e->left = budget == 0 || e->budget == 0 ? (int64_t)budget
                                            : (int64_t)budget - ((int64_t)e->budget - e->left);
    e->budget = budget;
    e->period = period;
    e->deadline = now + period;
    e->state = TN_SCHED_READY;
    if (budget != 0 && e->left <= 0) {
        e->state = TN_SCHED_THROTTLED;
        start_timer(q, e, e->deadline);
    }
    if (competes(e)) {
        enqueue(q, e);
    }
}

void tn_sched_hurry(struct tn_sched *q, struct tn_sched_entity *e, uint64_t budget, uint64_t period,
                    uint64_t now)
{
    if (e->kind == TN_SCHED_EDF) {
        tn_sched_renew(q, e, budget, period, now);
    }
    if (e->kind == TN_SCHED_EDF || e->kind == TN_SCHED_FIRST) {
        tn_sched_wake(q, e, now);
        return;
    }
    if (competes(e)) {
        dequeue(q, e);
    }
    stop_timer(q, e);
    e->kind = TN_SCHED_FIRST;
    e->ready.level = e->ceiling = 0;
    e->budget = budget;
    e->left = (int64_t)budget;
    e->period = period;
    e->deadline = now + period;
    e->state = TN_SCHED_READY;
    if (!e->held) {
        enqueue(q, e);
    }
}

void tn_sched_alarm(struct tn_sched *q, struct tn_sched_entity *e, uint64_t at)
{
    if (e->state == TN_SCHED_READY) {
        start_timer(q, e, at);
    }
}

void tn_sched_account(struct tn_sched *q, struct tn_sched_entity *e, uint64_t now)
{
    int64_t spent = (int64_t)(now - q->since);

    q->since = now;
    if (e == NULL || e->state != TN_SCHED_READY) {
        return;
    }
    e->used += (uint64_t)spent;
    if (e->budget != 0) {
        e->left -= spent;
        if (e->left <= 0) {
            if (!e->held) {
                dequeue(q, e);
            }
            e->state = TN_SCHED_THROTTLED;
            e->throttles++;
            start_timer(q, e, e->deadline);
            return;
        }
    }
    if (e->kind == TN_SCHED_RR) {
        e->slice_left -= spent;
        if (e->slice_left <= 0) {
            tn_sched_yield(q, e);
        }
    }
}

static void expire(struct tn_sched *q, struct tn_sched_entity *e, uint64_t now)
{
    switch (e->state) {
    case TN_SCHED_BLOCKED:
        tn_sched_wake(q, e, now);
        break;
    case TN_SCHED_THROTTLED:
        if (!refill(e, now)) {
            start_timer(q, e, e->deadline);
            break;
        }
        e->state = TN_SCHED_READY;
        if (!e->held) {
            enqueue(q, e);
        }
        break;
    default:
        tn_sched_set_level(q, e, e->ceiling, false);
        break;
    }
}

struct tn_sched_entity *tn_sched_pick(struct tn_sched *q, uint64_t now)
{
    while (tn_timerq_next(&q->timers) <= now) {
        struct tn_timer *timer = tn_timerq_expire(&q->timers, now);

        if (timer != NULL) {
            expire(q, TN_LIST_OBJECT(timer, struct tn_sched_entity, timer), now);
        }
    }
    if (!tn_list_empty(&q->edf)) {
        return of_edf(q->edf.next);
    }
    return tn_readyq_empty(&q->fixed) ? NULL : of_ready(tn_readyq_first(&q->fixed));
}

/* Whether somebody of its level waits for the end of its slice. */
static bool has_peer(const struct tn_sched_entity *e)
{
    return e->ready.next != &e->ready;
}

uint64_t tn_sched_next(const struct tn_sched *q, const struct tn_sched_entity *e)
{
    uint64_t at = tn_timerq_next(&q->timers);

    if (e == NULL || !competes(e)) {
        return at;
    }
    if (e->budget != 0 && q->since + (uint64_t)e->left < at) {
        at = q->since + (uint64_t)e->left;
    }
    if (e->kind == TN_SCHED_RR && has_peer(e) && q->since + (uint64_t)e->slice_left < at) {
        at = q->since + (uint64_t)e->slice_left;
    }
    return at;
}

uint32_t tn_sched_waiting(const struct tn_sched *q, const struct tn_sched_entity *e)
{
    if (e->kind == TN_SCHED_EDF || !competes(e)) {
        return TN_READYQ_LEVELS;
    }
    return has_peer(e) ? e->ready.level : tn_readyq_after(&q->fixed, e->ready.level);
}
