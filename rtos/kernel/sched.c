/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler: who runs next, and the wait queues from which threads come back.  Algorithm 1
 * of the TenonOS paper (section 4.3); its two questions "preemption enabled?" and "thread
 * locked?" are one number here, tn_thread.threshold.
 */
#include <stddef.h>
#include <tn/ectx.h>
#include <tn/kernel.h>
#include <tn/kernel_fault.h>
#include <tn/kernel_switch.h>
#include <tn/publish.h>

/* In the interrupted thread's context: all its FP registers are alive. */
static __attribute__((noinline)) void run_async(struct tn_thread *self)
{
    void (*fn)(void) = self->async;

    self->async = NULL;
    self->hooks &= ~TN_HOOK_ASYNC;
    tn_kernel_leave();
    tn_ectx_around(self, fn);
    tn_kernel_enter();
}

/* Who is to run instead of `self`, NULL: nobody. */
static inline struct tn_thread *preempting(struct tn_thread *self)
{
    struct tn_thread *next;

    if (tn_percpu_obey(self, &next)) {
        return next;
    }
    next = tn_ready_first(tn_cpu_of(self));
    if (next == self) {
        return NULL;
    }
    if (next->run.level > self->threshold) {
        tn_percpu_held_back(next, self);
        return NULL;
    }
    tn_percpu_left_waiting(self);
    return next;
}

/* As tn_thread_self(), asked anew: the compiler must not keep the answer over a switch. */
static inline struct tn_thread *self_again(void)
{
    struct tn_thread *self;

    __asm__ volatile("mrs %0, tpidr_el1" : "=r"(self));
    return self;
}

/*
 * Let another thread run instead of the interrupted one, if there is reason to.  Interrupts are
 * masked, also on return.
 *
 * The switch back to a preempted thread lets interrupts in some instructions before the interrupt's
 * frame is popped.  What comes there must not preempt: each time there would be one more frame on
 * the stack.  It leaves that to us: who called us calls again unless we return 0.
 *
 * Nothing but the return address is kept across the switch: who is back is the running thread.
 */
uint32_t tn_irq_reschedule(void)
{
    struct tn_thread *self = tn_thread_self();
    struct tn_thread *next;

    tn_mask_begin(0);
    if (TN_UNLIKELY(self->resuming)) {
        return 0;
    }
    tn_percpu_lock();
    while (TN_UNLIKELY(self->async != NULL)) {
        run_async(self);
    }
    tn_percpu_resched_done();
    tn_stack_check(self);
    next = preempting(self);
    if (next == NULL) {
        tn_percpu_unlock();
        return 0;
    }
    tn_ectx_preempted(self, 1);
    self->resuming = 1;
    tn_switch(self, next);
    __asm__ volatile("msr daifset, #2" : : : "memory");
    tn_mask_begin(0);
    self = self_again();
    self->resuming = 0;
    tn_ectx_preempted(self, 0);
    return tn_percpu_resched_asked();
}

/*
 * `self` is the first of its ring unless it is held (scheduler lock, cooperative) and somebody
 * more urgent became ready: then the most urgent one is looked up.
 */
static __attribute__((noinline)) void yield_held(struct tn_thread *self)
{
    struct tn_thread *next;

    if (self->lock_depth != 0) {
        return;
    }
    tn_kernel_enter();
    tn_readyq_rotate(&tn_cpu_of(self)->ready, &self->run);
    next = tn_ready_first(tn_cpu_of(self));
    if (next == self) {
        tn_kernel_leave();
        return;
    }
    tn_switch_ready(self, next);
}

void tn_thread_yield(void)
{
    struct tn_thread *self = tn_thread_self();
    struct tn_thread *next;

    if (TN_UNLIKELY(self->held)) {
        yield_held(self);
        return;
    }
    /* Unmasked on purpose: a peer that arrives after the load arrived after the yield. */
    if (self->run.next == &self->run) {
        return;
    }
    tn_context_check("tn_thread_yield");
    tn_kernel_enter();
    next = TN_THREAD_OF(tn_readyq_rotate(&tn_cpu_of(self)->ready, &self->run));
    if (TN_UNLIKELY(next == self)) {
        tn_kernel_leave();
        return;
    }
    tn_switch_ready(self, next);
}

void tn_sched_lock(void)
{
    struct tn_thread *self = tn_thread_self();
    uint64_t daif = 0;

    /* Other CPUs write the threshold when they change the priority. */
    if (CONFIG_CPUS > 1) {
        daif = tn_kernel_lock();
    }
    /* Before the depth, so that an interrupt in between finds the thread held. */
    self->held = 1;
    self->threshold = 0;
    __asm__ volatile("" : : : "memory");
    self->lock_depth++;
    if (CONFIG_CPUS > 1) {
        tn_kernel_unlock(daif);
    }
}

void tn_sched_unlock(void)
{
    struct tn_thread *self = tn_thread_self();
    struct tn_thread *next;

    if (self->lock_depth == 0 || --self->lock_depth != 0) {
        return;
    }
    if (self->cooperative && CONFIG_CPUS == 1) {
        return;
    }
    tn_kernel_enter();
    if (!self->cooperative) {
        self->held = 0;
        self->threshold = self->run.level;
    }
    if (tn_percpu_obey(self, &next)) {
        tn_switch(self, next);
        return;
    }
    next = tn_ready_first(tn_cpu_of(self));
    if (next->run.level >= self->threshold) {
        tn_kernel_leave();
        return;
    }
    tn_switch_ready(self, next);
}

static void wake_all_at_once(struct tn_waitq *q, long result)
{
    uint64_t daif = tn_kernel_lock();

    while (!tn_waitq_empty(q)) {
        tn_wake(tn_waitq_pop(q), result);
    }
    tn_reschedule(tn_ready_first(tn_cpu_of(tn_thread_self())), daif, TN_OK);
}

void tn_wake_all(struct tn_waitq *q, long result)
{
    bool in_irq = tn_in_irq();

    if (CONFIG_CPUS > 1) {
        wake_all_at_once(q, result);
        return;
    }
    if (!in_irq) {
        tn_sched_lock();
    }
    for (bool more = true; more;) {
        uint64_t daif = tn_kernel_lock();

        more = !tn_waitq_empty(q);
        if (more && tn_wake(tn_waitq_pop(q), result)) {
            tn_reschedule(tn_ready_first(tn_cpu_of(tn_thread_self())), daif, TN_OK);
        } else {
            tn_kernel_unlock(daif);
        }
    }
    if (!in_irq) {
        tn_sched_unlock();
    }
}

/* Behind the last ring whose priority is more urgent, or at the end of its own ring. */
void tn_waitq_insert_slow(struct tn_waitq *q, struct tn_thread *t)
{
    struct tn_thread **link = &q->first;
    struct tn_thread *head;

    while ((head = *link) != NULL && head->run.level < t->run.level) {
        link = &head->next_level;
    }
    if (head != NULL && head->run.level == t->run.level) {
        struct tn_ready *tail = head->run.prev;

        t->run.next = &head->run;
        t->run.prev = tail;
        tail->next = &t->run;
        head->run.prev = &t->run;
    } else {
        t->run.next = &t->run;
        t->run.prev = &t->run;
        t->next_level = head;
        *link = t;
    }
}

void tn_waitq_remove(struct tn_thread *t)
{
    struct tn_thread **link = &t->waitq->first;
    struct tn_thread *next = TN_THREAD_OF(t->run.next);

    while (*link != NULL && *link != t && (*link)->run.level < t->run.level) {
        link = &(*link)->next_level;
    }
    if (next != t) {
        t->run.prev->next = &next->run;
        next->run.prev = t->run.prev;
        if (*link == t) {
            next->next_level = t->next_level;
            *link = next;
        }
    } else {
        *link = t->next_level;
    }
    t->waitq = NULL;
}

/*
 * POSIX's rule (2.8.4, SCHED_FIFO): who is raised goes behind the others, who is lowered before
 * them.  A running thread stays the first of its ring in any case.
 */
void tn_priority_apply(struct tn_thread *t, uint32_t prio)
{
    struct tn_waitq *q = t->waitq;
    bool raised = prio < t->run.level;

    if (t->run.level == prio) {
        return;
    }
    if (!t->held) {
        t->threshold = prio;
    }
    if (t->state == 0) {
        struct tn_readyq *ready = &tn_cpu_of(t)->ready;

        if (raised && !tn_percpu_running(t)) {
            tn_readyq_move_tail(ready, &t->run, prio);
        } else {
            tn_readyq_move_head(ready, &t->run, prio);
        }
        tn_percpu_priority_changed(t);
        if (CONFIG_PUBLISH && tn_percpu_running(t)) {
            tn_publish(prio);
        }
    } else if (q != NULL) {
        tn_waitq_remove(t);
        t->run.level = prio;
        tn_waitq_insert(q, t);
    } else {
        t->run.level = prio;
    }
}
