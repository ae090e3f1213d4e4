/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has one CPU of a pool (docs/dynamic.md).  Entities are vCPUs; all times are ticks of one
 * counter that only grows.  The structure owns nothing and takes no lock: one CPU has it, with
 * interrupts masked.  No function but tn_sched_pick() loops over more than the entities that are
 * under EDF, and that one loops over what is due.
 *
 * Rules.  EDF comes before all fixed priorities, the earliest deadline first.  Fixed priorities
 * are levels of core/readyq, 0 the most urgent, first come first served inside a level; round
 * robin goes to the level's end when its slice is used up.
 *
 * Budgets are a hard constant-bandwidth server (Abeni and Buttazzo 1998; hard reservations as in
 * Marzario et al. 2004) for any policy: an entity has `budget` ticks in each `period`.  It becomes
 * ready at time t with what is left of its budget and the old deadline d if left / (d - t) is at
 * most budget / period, else with a full budget and d = t + period.  Used up: it is throttled
 * until d; then the budget is full again, less what it has overdrawn, and d grows by a period, or
 * by as many as it takes until something is left. So with the sum of budget / period at most 1 no
 * EDF entity misses a deadline because of another.
 */
#ifndef TN_HV_SCHED_H
#define TN_HV_SCHED_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/list.h>
#include <tn/readyq.h>
#include <tn/timerq.h>

#define TN_SCHED_NEVER TN_TIMERQ_NEVER
#define TN_SCHED_LEVELS 256u /* of fixed priority; a level of its own behind them is for idlers */

enum tn_sched_kind { TN_SCHED_FIXED, TN_SCHED_RR, TN_SCHED_EDF, TN_SCHED_FIRST };
enum tn_sched_state { TN_SCHED_BLOCKED, TN_SCHED_READY, TN_SCHED_THROTTLED };

/* Members may be read; tn_sched_*() write them. */
struct tn_sched_entity {
    struct tn_ready ready; /* fixed, rr: its level is the one that counts now */
    struct tn_list edf;    /* edf: by deadline */
    struct tn_timer timer; /* blocked: wake-up; throttled: refill; ready: alarm */
    uint64_t budget;       /* 0: none */
    uint64_t period;
    uint64_t deadline; /* end of the current server period */
    uint64_t slice;    /* rr */
    int64_t left;      /* of the budget */
    int64_t slice_left;
    uint64_t used;    /* in all */
    uint32_t ceiling; /* most urgent level that it may have */
    uint8_t kind, state;
    bool held;          /* out of the competition: paused, or not begun */
    uint32_t throttles; /* how often its budget was used up */
};

struct tn_sched {
    struct tn_readyq fixed;
    struct tn_list edf;
    struct tn_timerq timers;
    uint64_t since; /* the running entity's time is accounted up to here */
};

struct tn_sched_policy {
    enum tn_sched_kind kind;
    uint32_t level;          /* fixed, rr: 0 .. TN_SCHED_LEVELS */
    uint64_t budget, period; /* edf: both; others: both or 0; budget <= period < 2^63 */
    uint64_t slice;          /* rr: > 0 */
};

void tn_sched_init(struct tn_sched *q, uint64_t now);

/* Make `e` an entity that is blocked, and held until tn_sched_release(). */
void tn_sched_add(struct tn_sched *q, struct tn_sched_entity *e, const struct tn_sched_policy *p);

/* Blocked -> ready; without effect in any other state. */
void tn_sched_wake(struct tn_sched *q, struct tn_sched_entity *e, uint64_t now);

/* Ready -> blocked, until tn_sched_wake() or until `wake_at`.  Accounted before. */
void tn_sched_block(struct tn_sched *q, struct tn_sched_entity *e, uint64_t wake_at);

/* Take it out of the competition and back; its state goes on changing meanwhile. */
void tn_sched_hold(struct tn_sched *q, struct tn_sched_entity *e);
void tn_sched_release(struct tn_sched *q, struct tn_sched_entity *e);

/* It has ended: blocked, held, and with nothing in the queue, until tn_sched_add(). */
void tn_sched_remove(struct tn_sched *q, struct tn_sched_entity *e);

/*
 * From one CPU's queue to another's, with all that it has used.  Accounted before; it is not
 * blocked.  In between it is in no queue, and only the CPU that has it may touch it.
 */
void tn_sched_leave(struct tn_sched *q, struct tn_sched_entity *e);
void tn_sched_join(struct tn_sched *q, struct tn_sched_entity *e);

/* Behind its peers: of its level, or of its deadline. */
void tn_sched_yield(struct tn_sched *q, struct tn_sched_entity *e);

/* Another level, not more urgent than its ceiling; at its head or end. */
void tn_sched_set_level(struct tn_sched *q, struct tn_sched_entity *e, uint32_t level, bool head);

/*
 * Another budget, from the end of the current server period on: it has no more in that one than is
 * left, and `budget` at most.  At once where it had none.
 */
void tn_sched_set_budget(struct tn_sched *q, struct tn_sched_entity *e, uint64_t budget,
                         uint64_t period, uint64_t now);

/*
 * What it was given, after it may have asked for less: ready with `budget` and a period from now
 * on, less what it has used of the current one.  Without effect when it has just that.  Accounted
 * before.
 */
void tn_sched_renew(struct tn_sched *q, struct tn_sched_entity *e, uint64_t budget, uint64_t period,
                    uint64_t now);

/*
 * Something short that shall be over soon: ready from now on, before all fixed priorities, with
 * `budget` in each `period`, whatever it had before (kind TN_SCHED_FIRST, until tn_sched_add()).
 * For one under EDF they are what it was given, tn_sched_renew(): that comes with its next period
 * at the latest, and more would be taken from the others.
 */
void tn_sched_hurry(struct tn_sched *q, struct tn_sched_entity *e, uint64_t budget, uint64_t period,
                    uint64_t now);

/* A ready entity that does not run has the level `ceiling` from `at` on: a timer of it is due. */
void tn_sched_alarm(struct tn_sched *q, struct tn_sched_entity *e, uint64_t at);

/* The running entity `e` (NULL: none) has run up to `now`: budget, slice. */
void tn_sched_account(struct tn_sched *q, struct tn_sched_entity *e, uint64_t now);

/* What is due at `now` happens; returns who shall run, NULL: nobody is ready. */
struct tn_sched_entity *tn_sched_pick(struct tn_sched *q, uint64_t now);

/* When to account and pick again, if `e` (NULL: nobody) runs from `since` on; TN_SCHED_NEVER. */
uint64_t tn_sched_next(const struct tn_sched *q, const struct tn_sched_entity *e);

/*
 * The most urgent level that waits while `e` runs, TN_READYQ_LEVELS: none.  When `e` falls behind
 * it somebody else shall run.
 */
uint32_t tn_sched_waiting(const struct tn_sched *q, const struct tn_sched_entity *e);

#endif
