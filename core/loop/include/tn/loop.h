/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fixed-rate loop on absolute time.  Release k is a point on the clock of tn/time.h, not "so
 * long after the last one", so that the rate does not drift by what a step takes.
 *
 *   static struct tn_loop loop;
 *   static const struct tn_loop_config config = { .name = "pid", .period_ns = 1000000 };
 *
 *   tn_loop_init(&loop, &config);
 *   tn_loop_run(&loop, step, &state);      or      tn_loop_begin(&loop);
 *                                                  while (tn_loop_wait(&loop)) { ... }
 *
 * A *cycle* is one release with its step.  Its latency is from the release to the step's start,
 * its execution time from there to the step's end.  The deadline counts from the release.  A
 * cycle *overruns* when its step ends after the next release; releases that lie before that end
 * are *overdue*.  What becomes of them is the policy's matter, see enum tn_loop_policy.  A step
 * that ends exactly at a release or a deadline has kept it.
 *
 * One loop belongs to one thread of control.  Statistics may be read meanwhile by anybody, an
 * interrupt handler included: see tn/histogram.h for what a reader sees.
 */
#ifndef TN_LOOP_H
#define TN_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/errno.h>
#include <tn/histogram.h>

enum tn_loop_policy {
    /*
     * Overdue releases are dropped and counted as skipped; the loop goes on at the next release
     * of the same grid.  For control loops: one late sample is better than two in a row.
     */
    TN_LOOP_SKIP,
    /*
     * Overdue releases are run at once, one after the other, until the loop is on its grid
     * again; of more than `max_catch_up` (0: no limit) the oldest are dropped and counted as
     * skipped.  For work that must be done so many times.
     */
    TN_LOOP_CATCH_UP,
    /*
     * The next step starts at once and a new grid starts with it; how far the grid has moved is
     * summed up in `shifted_ns`.  No release is dropped, two starts are never closer together
     * than a period or the step before.  For pacing.
     */
    TN_LOOP_REPHASE,
};

struct tn_loop;

/* A cycle that ended after its deadline. */
struct tn_loop_miss {
    uint64_t cycle;   /* its number, from 0 */
    uint64_t release; /* nanoseconds on the clock of tn/time.h */
    uint64_t start;
    uint64_t end;
};

/*
 * Something that watches each step; tn_loop_watchdog (tn/loop_watchdog.h) is one.  start() is
 * called at the loop's begin, its error is the loop's; arm() before and disarm() after each step;
 * stop() at the loop's end.
 */
struct tn_loop_guard {
    int (*start)(struct tn_loop *loop);
    void (*arm)(struct tn_loop *loop, uint64_t deadline);
    void (*disarm)(struct tn_loop *loop);
    void (*stop)(struct tn_loop *loop);
};

struct tn_loop_config {
    const char *name;
    uint64_t period_ns;   /* not 0 */
    uint64_t phase_ns;    /* releases are where time modulo period is this; below the period */
    uint64_t deadline_ns; /* from the release; 0: the period */
    enum tn_loop_policy policy;
    uint32_t max_catch_up;
    uint64_t iterations; /* cycles after which the loop ends; 0: never */

    /* After a cycle that missed its deadline, in the loop's own context; may be NULL. */
    void (*on_miss)(void *ctx, const struct tn_loop_miss *miss);

    /*
     * A step that runs longer than `watchdog_ns` calls on_watchdog(ctx, running for so many ns)
     * in interrupt context, once; NULL, or when the hook returns: report, and the program ends
     * with status TN_LOOP_WATCHDOG_STATUS.  `guard` and `watchdog_ns` go together.
     */
    const struct tn_loop_guard *guard;
    uint64_t watchdog_ns;
    bool (*on_watchdog)(void *ctx, uint64_t running_ns); /* true: let the step go on */

    void *ctx; /* of the hooks */
};

#define TN_LOOP_WATCHDOG_STATUS 142 /* 128 + SIGALRM, as a process that nobody catches it for */

/* Everything of one loop.  The fields are the library's; read them through the functions. */
struct tn_loop {
    struct tn_loop_config config;
    uint64_t release;
    uint64_t start;
    bool in_step;
    bool late; /* this cycle's release was overdue */
    bool stop;
    uint64_t cycles;
    uint64_t missed;
    uint64_t overruns;
    uint64_t skipped;
    uint64_t shifted_ns;
    struct tn_histogram latency;   /* of cycles that were not overdue: those it slept for */
    struct tn_histogram execution; /* of all */
};

struct tn_loop_times {
    uint64_t min, mean, p999, max; /* nanoseconds; p999: see tn_histogram_quantile() */
};

struct tn_loop_stats {
    uint64_t cycles;     /* completed */
    uint64_t missed;     /* of these, ended after their deadline */
    uint64_t overruns;   /* of these, ended after the next release */
    uint64_t skipped;    /* releases that were dropped */
    uint64_t shifted_ns; /* how far TN_LOOP_REPHASE has moved the grid */
    struct tn_loop_times latency, execution;
};

/* Set up a loop; `config` is copied.  TN_EINVAL: it contradicts what is said above. */
int tn_loop_init(struct tn_loop *loop, const struct tn_loop_config *config);

/*
 * Start the grid: the first release is the first point that is not past and has the phase.
 * Returns TN_OK or the guard's error.
 */
int tn_loop_begin(struct tn_loop *loop);

/*
 * End the running cycle, if there is one, and sleep until the next release.  False: the loop
 * has ended, by its number of iterations or by tn_loop_stop().
 */
bool tn_loop_wait(struct tn_loop *loop);

/*
 * The whole loop: begin, and step(ctx) in each cycle.  A step that returns something else than 0
 * ends the loop.  Returns that value, the error of tn_loop_begin(), or 0.
 */
int tn_loop_run(struct tn_loop *loop, int (*step)(void *ctx), void *ctx);

/* Let the loop end before its next cycle.  Any context. */
void tn_loop_stop(struct tn_loop *loop);

/* What has happened so far.  Any context, at any time after tn_loop_init(). */
void tn_loop_stats(const struct tn_loop *loop, struct tn_loop_stats *stats);

#endif
