/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Earliest deadline first (Liu and Layland, JACM 20(1), 1973): a periodic thread is released at
 * every point of its grid, does one job, and waits for the next.  Of the jobs that are released
 * and not done the one whose deadline comes first runs.
 *
 *     struct tn_edf edf;
 *     tn_edf_begin(&edf, &(struct tn_edf_attr){.period_ns = 1000000, .budget_ns = 200000});
 *     for (;;) {
 *         ... the job ...
 *         tn_edf_wait(&edf);
 *     }
 *
 * Jobs run on a band of the fixed priorities, TN_EDF_FIRST and the TN_EDF_LEVELS - 1 less urgent
 * ones (options): more urgent fixed priorities run before all jobs, less urgent ones when there
 * is none.  Mutexes, priority inheritance and all else work between jobs and other threads, as a
 * job's deadline is a priority like any other; docs/tenon.md says how.
 *
 * A job that has run for its budget goes on at TN_EDF_OVERRUN_PRIORITY until its next release, so
 * that it takes no time from the others.  Thread context, called by the thread itself, all of it.
 */
#ifndef TN_EDF_H
#define TN_EDF_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/alarm.h>
#include <tn/ranks.h>
#include <tn/thread.h>

struct tn_edf;

struct tn_edf_attr {
    uint64_t period_ns;   /* from release to release, not 0 */
    uint64_t deadline_ns; /* from release to deadline, at most the period; 0: the period */
    uint64_t budget_ns;   /* time on the CPU, at most the deadline; 0: no bound */
    uint64_t start_ns;    /* first release, on the clock of tn_time_now(); 0: now */
    /*
     * A deadline has come and the job is not done, or was not even begun.  Called at once, in a
     * handler, once for each job; NULL: only counted.
     */
    void (*missed)(struct tn_edf *edf);
};

/* Counters may be read, the rest is the library's.  `user` is the caller's own. */
struct tn_edf {
    struct tn_alarm release; /* first: handlers get from one to the other */
    struct tn_alarm due;     /* end of a deadline that is shorter than the period */
    struct tn_rank rank;     /* among the jobs that are released and not done */
    struct tn_waitq waiting; /* for its next release */
    struct tn_thread *thread;
    void (*missed)(struct tn_edf *edf);
    uint64_t deadline;       /* ticks from release to deadline */
    uint64_t budget_ns;      /* 0: no bound */
    uint64_t released;       /* the job's release, ticks */
    uint64_t density;        /* share of the CPU that was promised */
    uint32_t fixed_prio;     /* what the thread had before */
    uint8_t state;           /* edf.c */
    bool late;               /* the job's miss was reported */
    bool failed;             /* and tn_edf_wait() has not said so yet */
    bool behind;             /* a release came while a job was not done */
    uint64_t jobs;           /* that were done */
    uint64_t misses;         /* deadlines at which the job was not done */
    uint64_t skipped;        /* releases without a job, as the one before was still not done */
    uint64_t overruns;       /* jobs that used their budget up */
    uint64_t worst_response; /* ticks from release to the end of the job, the most */
    void *user;
};

/*
 * The calling thread becomes an EDF thread; returns at its first release.  `edf` is the library's
 * until tn_edf_end() or the end of the thread, which includes it.  TN_EINVAL: an attribute is out
 * of range; TN_ENOSPC: TN_EDF_LEVELS threads exist; TN_EBUSY: the budgets would add up to more than
 * TN_EDF_CAPACITY percent (sum of budget / deadline, which is sufficient, and where deadlines are
 * periods necessary, too); TN_EPERM: from a handler.
 */
int tn_edf_begin(struct tn_edf *edf, const struct tn_edf_attr *attr);

/*
 * The job is done: wait for the next release.  Where it has passed already, the job of the latest
 * release begins at once, those between are skipped.  TN_OK; TN_ETIMEDOUT: the job that ended
 * here missed its deadline; TN_EPERM: `edf` is not the caller's.
 */
int tn_edf_wait(struct tn_edf *edf);

/* The thread has its fixed priority again.  TN_EPERM: `edf` is not the caller's. */
int tn_edf_end(struct tn_edf *edf);

/* The deadline of the job, ticks of tn_time_ticks(). */
static inline uint64_t tn_edf_deadline(const struct tn_edf *edf)
{
    return edf->rank.key;
}

#endif
