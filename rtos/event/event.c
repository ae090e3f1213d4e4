/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event flags.  What a waiter wants lies on its stack, tn_thread.transfer points there.  A set
 * looks at the waiters from the most urgent on, a few in each section of the kernel lock.  Between
 * two sections its place is kept by a marker: an entry in the wait queue that is no thread.  On
 * several CPUs it is one section: who is woken would run at once there, and come back with a new
 * wish before the walk is over.
 */
#include <tn/event.h>
#include <tn/kernel.h>

#define STEP 8 /* waiters that are looked at in one section, at most */

struct wish {
    uint32_t want;
    uint32_t how;
    uint32_t got;
};

static bool fulfilled(uint32_t flags, const struct wish *wish)
{
    uint32_t hit = flags & wish->want;

    return wish->how & TN_EVENT_ALL ? hit == wish->want : hit != 0;
}

/* Give the flags to a wish that is fulfilled. */
static void grant(struct tn_event *event, struct wish *wish)
{
    wish->got = event->flags;
    if (wish->how & TN_EVENT_CLEAR) {
        event->flags &= ~wish->want;
    }
}

int tn_event_wait(struct tn_event *event, uint32_t want, uint32_t how, uint64_t deadline,
                  uint32_t *got)
{
    struct wish wish = {.want = want, .how = how};
    uint64_t daif;
    int result = TN_OK;

    if (want == 0) {
        return TN_EINVAL;
    }
    daif = tn_kernel_lock();
    if (fulfilled(event->flags, &wish)) {
        grant(event, &wish);
        tn_kernel_unlock(daif);
    } else if (deadline == 0 || tn_in_irq()) {
        tn_kernel_unlock(daif);
        return deadline == 0 ? TN_EAGAIN : TN_EPERM;
    } else {
        tn_thread_self()->transfer = &wish;
        result = (int)tn_block_until(&event->waiters, deadline);
    }
    if (result == TN_OK && got != NULL) {
        *got = wish.got;
    }
    return result;
}

/* Where the first entry of the level of `t` is linked. */
static struct tn_thread **ring_of(struct tn_waitq *q, const struct tn_thread *t)
{
    struct tn_thread **link = &q->first;

    while ((*link)->run.level != t->run.level) {
        link = &(*link)->next_level;
    }
    return link;
}

/* A place among the waiters. */
struct place {
    struct tn_thread *t;    /* NULL: behind the last */
    struct tn_thread *head; /* the first of its level */
};

/* The place behind `p`. */
static struct place after(struct place p)
{
    struct tn_thread *next = TN_THREAD_OF(p.t->run.next);

    if (next == p.head) {
        return (struct place){p.head->next_level, p.head->next_level};
    }
    return (struct place){next, p.head};
}

/* Take p.t out; returns the place behind it. */
static struct place leave(struct place p)
{
    struct place next = after(p);

    if (next.head == p.t) {
        next.head = next.t;
    }
    tn_waitq_remove(p.t);
    return next;
}

/* Enter the marker before `t`. */
static void mark(struct tn_waitq *q, struct tn_thread *marker, struct tn_thread *t)
{
    struct tn_thread **link = ring_of(q, t);

    marker->waitq = q;
    marker->transfer = NULL; /* no wish */
    marker->run = (struct tn_ready){.next = &t->run, .prev = t->run.prev, .level = t->run.level};
    t->run.prev->next = &marker->run;
    t->run.prev = &marker->run;
    if (*link == t) {
        marker->next_level = t->next_level;
        *link = marker;
    }
}

/*
 * Release the lock, which lets `woken` (may be NULL) be noticed, and take it again.  Returns the
 * place at which to go on: that of `t` (may be NULL), unless it is gone.
 */
static __attribute__((noinline)) struct place breathe(struct tn_event *event, struct tn_thread *t,
                                                      struct tn_thread *woken, uint64_t *daif)
{
    struct place here = {NULL, NULL};
    struct tn_thread marker;

    if (t != NULL) {
        mark(&event->waiters, &marker, t);
    }
    if (woken != NULL) {
        tn_reschedule(woken, *daif, TN_OK);
    } else {
        tn_kernel_unlock(*daif);
    }
    *daif = tn_kernel_lock();
    if (t != NULL) {
        here = leave((struct place){&marker, *ring_of(&event->waiters, &marker)});
    }
    return here;
}

/*
 * Offer `flags` to the waiters.  The scheduler is locked, or this is a handler, so that the woken
 * run after the last was looked at.
 */
static uint64_t offer(struct tn_event *event, uint32_t flags, uint64_t daif)
{
    struct place here = {event->waiters.first, event->waiters.first};

    for (uint32_t looked = 1; here.t != NULL; looked++) {
        struct tn_thread *t = here.t;
        struct tn_thread *woken = NULL;
        struct wish *wish = t->transfer;

        /* Without a wish: another set's marker. */
        if (wish != NULL && fulfilled(flags, wish)) {
            wish->got = flags;
            if (wish->how & TN_EVENT_CLEAR) {
                flags &= ~wish->want;
                __atomic_fetch_and(&event->flags, ~wish->want, __ATOMIC_RELAXED);
            }
            here = leave(here);
            woken = tn_wake(t, TN_OK) ? t : NULL;
        } else {
            here = after(here);
        }
        if (CONFIG_CPUS == 1 && (woken != NULL || looked % STEP == 0)) {
            here = breathe(event, here.t, woken, &daif);
        }
    }
    return daif;
}

void tn_event_set(struct tn_event *event, uint32_t flags)
{
    uint64_t daif = tn_kernel_lock();
    uint32_t offered = __atomic_or_fetch(&event->flags, flags, __ATOMIC_RELAXED);
    bool in_irq = tn_in_irq();

    if (tn_waitq_empty(&event->waiters)) {
        tn_kernel_unlock(daif);
        return;
    }
    if (CONFIG_CPUS > 1) {
        daif = offer(event, offered, daif);
        tn_reschedule(tn_ready_first(tn_cpu_of(tn_thread_self())), daif, TN_OK);
        return;
    }
    if (!in_irq) {
        tn_sched_lock();
    }
    tn_kernel_unlock(offer(event, offered, daif));
    if (!in_irq) {
        tn_sched_unlock();
    }
}

uint32_t tn_event_clear(struct tn_event *event, uint32_t flags)
{
    uint64_t daif = tn_kernel_lock();
    uint32_t before = event->flags;

    event->flags = before & ~flags;
    tn_kernel_unlock(daif);
    return before;
}
