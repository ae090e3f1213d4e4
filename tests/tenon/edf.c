/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EDF: random sets of periodic threads, each job looked at while it runs and compared with what a
 * naive scheduler would have chosen from the list of all jobs; budgets, misses, errors.  Prints
 * "ok" at the end.  On any number of CPUs: that many jobs with the earliest deadlines run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tn/edf.h>
#include <tn/irq.h>
#include <tn/mutex.h>
#include <tn/thread.h>
#include <tn/time.h>

#include "must.h"

#define TASKS 20
#define STACK 4096
#define JOBS 60
#define US 1000ull
#define MS 1000000ull

/* The model of a task: what it may know without the kernel. */
struct task {
    struct tn_thread thread;
    struct tn_edf edf;
    uint64_t period, deadline, work; /* ns */
    uint64_t release;                /* ticks, of the job that is next or under way */
    bool done;                       /* that job is over */
    bool locks;                      /* it waits for the mutex, or has it */
    uint64_t reported;
};

static struct task tasks[TASKS];
static TN_ALIGNED(16) char stacks[TASKS][STACK];
static uint32_t task_count;
static uint64_t epoch; /* ns */
static uint64_t looks;
static uint64_t seed = 4711;
static struct tn_mutex mutex = TN_MUTEX_INIT;

static uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (seed >> 33) % below;
}

static uint64_t due(const struct task *t)
{
    return t->release + tn_time_to_ticks(t->deadline);
}

/*
 * `self` runs: of the jobs that were released some time ago and are not over fewer than there are
 * CPUs have an earlier deadline.
 * The margin is what a release's interrupt and the work before it take.
 */
static void look(const struct task *self)
{
    uint64_t daif = tn_irq_mask();
    uint64_t now = tn_time_ticks();
    uint64_t margin = tn_time_to_ticks(60 * US);
    uint32_t earlier = 0;

    for (uint32_t i = 0; i < task_count; i++) {
        const struct task *t = &tasks[i];

        if (t != self && t->release + margin < now && !t->done && !t->locks && due(t) < due(self) &&
            ++earlier == tn_cpu_count()) {
            printf("task %u runs, %u is due earlier\n", (unsigned)(self - tasks), (unsigned)i);
            exit(1);
        }
    }
    __atomic_fetch_add(&looks, 1, __ATOMIC_RELAXED);
    tn_irq_restore(daif);
    __asm__ volatile("yield"); /* an emulator that runs CPUs in turn goes on to the next */
}

/* Use the CPU for about `ns` of the thread's own instructions (1 ns each under -icount). */
static void burn(struct task *self, uint64_t ns)
{
    for (uint64_t spent = 0; spent < ns; spent += 5 * US) {
        for (volatile uint32_t i = 0; i < 500; i++) {}
        look(self);
    }
}

static void *periodic(void *arg)
{
    struct task *t = arg;
    const struct tn_edf_attr attr = {
        .period_ns = t->period, .deadline_ns = t->deadline, .start_ns = epoch};

    t->release = tn_time_to_ticks(epoch);
    MUST(tn_edf_begin(&t->edf, &attr) == TN_OK);
    for (int job = 0; job < JOBS; job++) {
        bool locks = draw(8) == 0;

        MUST(tn_edf_deadline(&t->edf) == due(t));
        /* A mutex lends deadlines: the model knows nothing of that, so it does not look. */
        if (locks) {
            t->locks = true;
            MUST(tn_mutex_lock(&mutex) == TN_OK);
            for (volatile uint32_t i = 0; i < 100; i++) {}
            MUST(tn_mutex_unlock(&mutex) == TN_OK);
            t->locks = false;
        }
        burn(t, draw(t->work + 1));
        uint64_t daif = tn_irq_mask();
        t->done = true;
        tn_irq_restore(daif);
        MUST(tn_edf_wait(&t->edf) == TN_OK);
        t->release += tn_time_to_ticks(t->period);
        t->done = false;
    }
    t->done = true;
    MUST(tn_edf_end(&t->edf) == TN_OK);
    MUST(tn_edf_end(&t->edf) == TN_EPERM);
    return NULL;
}

static void start(uint32_t i, void *(*entry)(void *))
{
    const struct tn_thread_attr attr = {
        .name = "edf", .stack = stacks[i], .stack_size = STACK, .prio = 20};

    MUST(tn_thread_create(&tasks[i].thread, &attr, entry, &tasks[i]) == TN_OK);
}

static void join(uint32_t i)
{
    MUST(tn_thread_join(&tasks[i].thread, NULL, TN_FOREVER) == TN_OK);
}

/*
 * Sets whose sum of work / deadline is below 0.8: EDF meets every deadline (the rest is for the
 * kernel and the looking), rate monotonic would not.  Periods are whole ticks, so that the model's
 * sums are exact.
 */
static void random_sets(void)
{
    for (int set = 0; set < 8; set++) {
        task_count = 2 + (uint32_t)draw(TASKS - 1);
        epoch = tn_time_now() / MS * MS + 20 * MS;
        for (uint32_t i = 0; i < task_count; i++) {
            struct task *t = &tasks[i];

            t->period = (1 + draw(40)) * MS;
            t->deadline = draw(2) ? t->period : t->period - draw(t->period / 2 / MS + 1) * MS;
            t->work = t->deadline * 4 / 5 / task_count / 3;
            t->done = false;
            start(i, periodic);
        }
        for (uint32_t i = 0; i < task_count; i++) {
            join(i);
            MUST(tasks[i].edf.jobs == JOBS);
            MUST(tasks[i].edf.misses == 0 && tasks[i].edf.skipped == 0);
        }
    }
    MUST(looks > 1000);
}

static void on_miss(struct tn_edf *edf)
{
    struct task *t = edf->user;

    t->reported++;
    MUST(tn_time_ticks() >= tn_edf_deadline(edf));
    MUST(tn_time_ticks() < tn_edf_deadline(edf) + tn_time_to_ticks(100 * US));
}

static void spin(uint64_t ns)
{
    uint64_t end = tn_time_now() + ns;

    while (tn_time_now() < end) {
        __asm__ volatile("yield");
    }
}

/* Jobs 1 and 3 take longer than the deadline, job 3 longer than the period. */
static void *misses(void *arg)
{
    struct task *t = arg;
    const struct tn_edf_attr attr = {
        .period_ns = 10 * MS, .deadline_ns = 4 * MS, .missed = on_miss};

    t->edf.user = t;
    MUST(tn_edf_begin(&t->edf, &attr) == TN_OK);
    for (int job = 0; job < 6; job++) {
        spin(job == 1 ? 5 * MS : job == 3 ? 32 * MS : 1 * MS);
        MUST(tn_edf_wait(&t->edf) == (job == 1 || job == 3 ? TN_ETIMEDOUT : TN_OK));
    }
    MUST(t->edf.jobs == 6 && t->edf.misses == 2 && t->reported == 2);
    /* 32 ms over releases at 10, 20 and 30: the last of them has a job. */
    MUST(t->edf.skipped == 2);
    MUST(t->edf.worst_response >= tn_time_to_ticks(32 * MS));
    MUST(tn_edf_end(&t->edf) == TN_OK);
    MUST(tn_thread_priority(&t->thread) == 20);
    return NULL;
}

static uint64_t greedy_progress, modest_jobs;

/* Never done: gets its budget of each period and what nobody else wants. */
static void *greedy(void *arg)
{
    struct task *t = arg;
    const struct tn_edf_attr attr = {.period_ns = 10 * MS, .budget_ns = 2 * MS};

    MUST(tn_edf_begin(&t->edf, &attr) == TN_OK);
    spin(200 * MS);
    greedy_progress = t->edf.overruns;
    tn_edf_wait(&t->edf);
    MUST(t->edf.misses > 10);
    MUST(tn_edf_end(&t->edf) == TN_OK);
    return NULL;
}

static void *modest(void *arg)
{
    struct task *t = arg;
    const struct tn_edf_attr attr = {.period_ns = 10 * MS, .budget_ns = 7 * MS};

    MUST(tn_edf_begin(&t->edf, &attr) == TN_OK);
    for (int job = 0; job < 20; job++) {
        spin(4 * MS);
        MUST(tn_edf_wait(&t->edf) == TN_OK);
        modest_jobs++;
    }
    MUST(tn_edf_end(&t->edf) == TN_OK);
    return NULL;
}

static void *refused(void *arg)
{
    struct task *t = arg;
    struct tn_edf_attr attr = {.period_ns = 10 * MS, .budget_ns = 2 * MS};

    /* 20 and 70 percent are taken. */
    MUST(tn_edf_begin(&t->edf, &attr) == TN_EBUSY);
    attr.budget_ns = 11 * MS;
    MUST(tn_edf_begin(&t->edf, &attr) == TN_EINVAL);
    attr = (struct tn_edf_attr){.period_ns = 10 * MS, .deadline_ns = 11 * MS};
    MUST(tn_edf_begin(&t->edf, &attr) == TN_EINVAL);
    attr = (struct tn_edf_attr){0};
    MUST(tn_edf_begin(&t->edf, &attr) == TN_EINVAL);
    MUST(tn_edf_wait(&t->edf) == TN_EPERM);
    attr = (struct tn_edf_attr){.period_ns = 10 * MS, .budget_ns = 1 * MS};
    MUST(tn_edf_begin(&t->edf, &attr) == TN_OK);
    MUST(tn_edf_end(&t->edf) == TN_OK);
    return NULL;
}

static void budgets(void)
{
    start(0, greedy);
    start(1, modest);
    start(2, refused);
    for (uint32_t i = 0; i < 3; i++) {
        join(i);
    }
    MUST(modest_jobs == 20);
    MUST(greedy_progress >= 18);
}

/* It ends in the middle of a job, without tn_edf_end(). */
static void *leaves(void *arg)
{
    struct task *self = arg;

    MUST(tn_edf_begin(&self->edf, &(struct tn_edf_attr){.period_ns = MS, .budget_ns = 600 * US}) ==
         TN_OK);
    MUST(tn_edf_wait(&self->edf) == TN_OK);
    tn_thread_exit(NULL);
}

/* Its share, its rank and its alarms are free again, more often than there are ranks. */
static void ends(void)
{
    for (int i = 0; i < 100; i++) {
        start(0, leaves);
        join(0);
        tasks[0].edf.jobs = 0;
        tn_sleep_until(tn_time_now() + 2 * MS);
        MUST(tasks[0].edf.jobs == 0 && !tn_timer_active(&tasks[0].edf.release.timer));
    }
}

int main(void)
{
    random_sets();
    start(0, misses);
    join(0);
    budgets();
    ends();
    puts("ok");
    return 0;
}
