/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event flags.  What a waiter wants lies on its stack, tn_thread.transfer points there.  A set
 * looks at the waiters from the most urgent on: that is the one walk under the kernel lock
 * whose length is the number of waiters of an object.
 */
#include <tn/event.h>
#include <tn/kernel.h>

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

/* The first waiter whose wish is fulfilled, NULL: none. */
static struct tn_thread *find(const struct tn_event *event)
{
    for (struct tn_thread *head = event->waiters.first; head != NULL; head = head->next_level) {
        struct tn_thread *t = head;

        do {
            if (fulfilled(event->flags, t->transfer)) {
                return t;
            }
            t = TN_THREAD_OF(t->run.next);
        } while (t != head);
    }
    return NULL;
}

void tn_event_set(struct tn_event *event, uint32_t flags)
{
    uint64_t daif = tn_kernel_lock();
    struct tn_thread *t;
    struct tn_thread *first = NULL;

    event->flags |= flags;
    while ((t = find(event)) != NULL) {
        grant(event, t->transfer);
        tn_waitq_remove(t);
        if (tn_wake(t, TN_OK) && first == NULL) {
            first = t;
        }
    }
    if (first != NULL) {
        tn_reschedule(first, daif, TN_OK);
        return;
    }
    tn_kernel_unlock(daif);
}

uint32_t tn_event_clear(struct tn_event *event, uint32_t flags)
{
    uint64_t daif = tn_kernel_lock();
    uint32_t before = event->flags;

    event->flags = before & ~flags;
    tn_kernel_unlock(daif);
    return before;
}
