/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EDF over fixed priorities.  A release gives the job a rank among the others by its deadline,
 * and the rank's level is the thread's base priority while the job lasts; the kernel's scheduler
 * does the rest.  So nothing on the paths of threads that are not EDF's is any longer, and all
 * work is done where a job begins or ends.
 *
 * Shared state (the ranks, the sums, each thread's state) changes under the kernel lock.  Room
 * between ranks is made in steps, with the lock released between two.
 */
#include <stddef.h>
#include <tn/compiler.h>
#include <tn/edf.h>
#include <tn/kernel.h>
#include <tn/kernel_mutex.h>
#include <tn/kernel_time.h>
#include <tn/list.h>
#include <tn/time.h>

_Static_assert(CONFIG_TN_EDF_FIRST + CONFIG_TN_EDF_LEVELS <= TN_PRIO_LEAST + 1,
               "TN_EDF_FIRST + TN_EDF_LEVELS is beyond priority 255");
_Static_assert(offsetof(struct tn_edf, release.timer) == 0, "cast in release_fired()");

#define DENSITY_ONE (1u << 24) /* the whole CPU */
#define CAPACITY ((uint64_t)DENSITY_ONE * CONFIG_TN_EDF_CAPACITY / 100)

/* tn_edf.state */
enum {
    OFF,
    WAITING, /* for its next release */
    RANKED,  /* has a job */
    OVERRUN, /* has a job which has used its budget up */
};

static struct tn_ranks ranks;
static uint32_t members;
static uint64_t promised; /* sum of densities */

/* Lock held. */
static void apply(struct tn_edf *edf, uint32_t prio)
{
    edf->thread->base_prio = prio;
    tn_inherit_update(edf->thread);
}

/* Each job on a level of its own.  Not locked; any context. */
static void settle(void)
{
    for (;;) {
        uint64_t daif = tn_kernel_lock();
        struct tn_rank *r = tn_ranks_settle(&ranks);

        if (r == NULL) {
            tn_reschedule(tn_ready_first(tn_cpu_of(tn_thread_self())), daif, TN_OK);
            return;
        }
        apply(TN_LIST_OBJECT(r, struct tn_edf, rank), r->level);
        tn_kernel_unlock(daif);
    }
}

/* A job of the release at edf->released begins.  Lock held. */
static void job_begin(struct tn_edf *edf)
{
    edf->state = RANKED;
    edf->late = false;
    edf->behind = false;
    tn_ranks_insert(&ranks, &edf->rank, edf->released + edf->deadline);
    apply(edf, edf->rank.level);
}

/* What a job has from its beginning, where there is no lock. */
static void job_equip(struct tn_edf *edf)
{
    if (edf->budget_ns != 0) {
        tn_thread_set_slice(edf->thread, edf->budget_ns);
    }
    if (edf->deadline != edf->release.period) {
        tn_alarm_start(&edf->due, edf->released + edf->deadline, 0);
    }
}

/* The job leaves the ranks, if it is there.  Lock held. */
static void job_end(struct tn_edf *edf)
{
    if (edf->state == RANKED) {
        tn_ranks_remove(&edf->rank);
    }
}

/* The deadline has come.  Lock held.  True: the miss is to be reported. */
static bool is_missed(struct tn_edf *edf)
{
    if ((edf->state != RANKED && edf->state != OVERRUN) || edf->late) {
        return false;
    }
    edf->late = true;
    edf->failed = true;
    edf->misses++;
    return true;
}

static void report(struct tn_edf *edf, bool missed)
{
    if (missed && edf->missed != NULL) {
        edf->missed(edf);
    }
}

static void due_fired(struct tn_alarm *alarm)
{
    struct tn_edf *edf = TN_LIST_OBJECT(alarm, struct tn_edf, due);
    uint64_t daif = tn_kernel_lock();
    /* On several CPUs the next job may have begun meanwhile. */
    bool missed = edf->rank.key <= tn_time_counter() && is_missed(edf);

    tn_kernel_unlock(daif);
    report(edf, missed);
}

static void release_fired(struct tn_alarm *alarm)
{
    struct tn_edf *edf = (struct tn_edf *)(void *)alarm;
    bool missed = false;
    bool begins;
    uint64_t daif = tn_kernel_lock();
    uint32_t was = edf->state;

    begins = was == WAITING || was == OVERRUN;
    if (was == RANKED || was == OVERRUN) {
        missed = is_missed(edf);
        edf->skipped += was == OVERRUN || edf->behind;
        edf->behind = true;
    }
    if (begins) {
        /* The kernel has moved the alarm on already. */
        edf->released = alarm->timer.deadline - alarm->period;
        job_begin(edf);
    }
    if (was == WAITING && !tn_waitq_empty(&edf->waiting)) {
        tn_wake(tn_waitq_pop(&edf->waiting), TN_OK);
    }
    tn_kernel_unlock(daif);
    if (begins) {
        job_equip(edf);
        settle();
    }
    report(edf, missed);
}

/* The budget is used up.  Timer's handler on the thread's CPU, lock held. */
static void budget_over(struct tn_thread *thread)
{
    struct tn_edf *edf = thread->slice_owner;

    thread->hooks &= ~TN_HOOK_SLICE;
    if (edf->state != RANKED) {
        return;
    }
    job_end(edf);
    edf->state = OVERRUN;
    edf->overruns++;
    apply(edf, CONFIG_TN_EDF_OVERRUN_PRIORITY);
    tn_percpu_resched_on(tn_cpu_of(thread));
}

/* Until the release's handler has begun a job.  Lock held, released. */
static void wait_release(struct tn_edf *edf)
{
    while (edf->state == WAITING) {
        tn_block(&edf->waiting); /* a signal may end it, too */
        tn_kernel_enter();
    }
    tn_kernel_leave();
}

static bool is_own(const struct tn_edf *edf)
{
    return !tn_in_irq() && edf->thread == tn_thread_self() && edf->state != OFF;
}

/* Fill in `edf`; false: an attribute is out of range. */
static bool set_up(struct tn_edf *edf, const struct tn_edf_attr *attr)
{
    uint64_t deadline = attr->deadline_ns != 0 ? attr->deadline_ns : attr->period_ns;

    if (attr->period_ns == 0 || deadline > attr->period_ns || attr->budget_ns > deadline ||
        attr->period_ns > UINT64_MAX / DENSITY_ONE) {
        return false;
    }
    *edf = (struct tn_edf){
        .thread = tn_thread_self(),
        .missed = attr->missed,
        .user = edf->user,
        .deadline = tn_time_to_ticks(deadline),
        .budget_ns = attr->budget_ns,
        .density = attr->budget_ns * DENSITY_ONE / deadline,
    };
    tn_alarm_init(&edf->release, release_fired);
    tn_alarm_init(&edf->due, due_fired);
    return edf->deadline != 0;
}

/* The thread ends, or is cancelled, without tn_edf_end(). */
static void leaves(struct tn_thread *self)
{
    tn_edf_end(self->slice_owner);
}

/* Lock held. */
static int enter(struct tn_edf *edf)
{
    if (members == CONFIG_TN_EDF_LEVELS) {
        return TN_ENOSPC;
    }
    if (edf->density > CAPACITY - promised) {
        return TN_EBUSY;
    }
    if (members == 0) {
        tn_ranks_init(&ranks, CONFIG_TN_EDF_FIRST, CONFIG_TN_EDF_LEVELS);
    }
    members++;
    promised += edf->density;
    edf->state = WAITING;
    edf->fixed_prio = edf->thread->base_prio;
    edf->thread->slice_owner = edf;
    edf->thread->leaves = leaves;
    if (edf->budget_ns != 0) {
        edf->thread->slice_over = budget_over;
    }
    return TN_OK;
}

int tn_edf_begin(struct tn_edf *edf, const struct tn_edf_attr *attr)
{
    uint64_t first;
    int result;

    if (tn_in_irq()) {
        return TN_EPERM;
    }
    if (!set_up(edf, attr)) {
        return TN_EINVAL;
    }
    tn_kernel_enter();
    result = enter(edf);
    tn_kernel_leave();
    if (result != TN_OK) {
        return result;
    }
    first = attr->start_ns != 0 ? tn_time_to_ticks(attr->start_ns) : tn_time_ticks();
    tn_alarm_start(&edf->release, first, tn_time_to_ticks(attr->period_ns));
    tn_kernel_enter();
    wait_release(edf);
    return TN_OK;
}

int tn_edf_wait(struct tn_edf *edf)
{
    uint64_t response;
    bool again;
    int result;

    if (!is_own(edf)) {
        return TN_EPERM;
    }
    tn_alarm_stop(&edf->due);
    tn_kernel_enter();
    response = tn_time_counter() - edf->released;
    edf->worst_response = response > edf->worst_response ? response : edf->worst_response;
    edf->jobs++;
    result = edf->failed ? TN_ETIMEDOUT : TN_OK;
    edf->failed = false;
    job_end(edf);
    edf->state = WAITING;
    again = edf->behind;
    if (!again) {
        wait_release(edf);
        return result;
    }
    edf->released = edf->release.timer.deadline - edf->release.period;
    job_begin(edf);
    tn_kernel_leave();
    job_equip(edf);
    settle();
    return result;
}

int tn_edf_end(struct tn_edf *edf)
{
    if (!is_own(edf)) {
        return TN_EPERM;
    }
    tn_alarm_stop(&edf->release);
    tn_alarm_stop(&edf->due);
    tn_kernel_enter();
    job_end(edf);
    edf->state = OFF;
    members--;
    promised -= edf->density;
    edf->thread->slice_over = NULL;
    edf->thread->leaves = NULL;
    apply(edf, edf->fixed_prio);
    tn_kernel_leave();
    tn_thread_set_slice(edf->thread, 0);
    settle();
    return TN_OK;
}
