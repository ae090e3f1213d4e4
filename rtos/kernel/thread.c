/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a thread: creation, end, join, suspension, priority.
 */
#include <stddef.h>
#include <tn/abi/layout.h>
#include <tn/ectx.h>
#include <tn/fill.h>
#include <tn/kernel.h>
#include <tn/kernel_fault.h>
#include <tn/kernel_mutex.h>
#include <tn/kernel_switch.h>
#include <tn/kernel_time.h>
#include <tn/kernel_tls.h>

#define CACHE_LINE 64u

uint32_t tn_thread_hooks =
    (CONFIG_TRACE ? TN_HOOK_TRACE : 0) | (CONFIG_TN_STACK_CHECK ? TN_HOOK_STACK : 0);

struct tn_thread *tn_thread_list;
static struct tn_thread *next_checked; /* by tn_thread_check_one() */

extern const volatile struct tn_layout tn_layout; /* filled in after the link */

static void list_add(struct tn_thread *t)
{
    t->all[0] = tn_thread_list;
    t->all[1] = NULL;
    if (tn_thread_list != NULL) {
        tn_thread_list->all[1] = t;
    }
    tn_thread_list = t;
}

static void list_remove(struct tn_thread *t)
{
    if (next_checked == t) {
        next_checked = t->all[0];
    }
    if (t->all[0] != NULL) {
        t->all[0]->all[1] = t->all[1];
    }
    if (t->all[1] != NULL) {
        t->all[1]->all[0] = t->all[0];
    } else {
        tn_thread_list = t->all[0];
    }
}

struct tn_thread *tn_thread_all(void)
{
    return tn_thread_list;
}

/* Guard pages are not. */
static bool is_mapped(uintptr_t at)
{
    return (tn_kernel_translate(at) & 1) == 0;
}

bool tn_is_memory(const void *p, size_t size)
{
    uintptr_t at = (uintptr_t)p;

    return at % sizeof(uint64_t) == 0 && at >= tn_layout.stack_bottom &&
           at < tn_layout.heap_end - size &&
           (!CONFIG_TN_STACK_GUARD || (is_mapped(at) && is_mapped(at + size - 1)));
}

/*
 * Who is in the list is what its neighbour says comes next.  Memory that was a thread's is not:
 * nobody points to it any more.
 */
static bool is_listed(const struct tn_thread *thread)
{
    const struct tn_thread *before = thread->all[1];

    return before == NULL ? thread == tn_thread_list
                          : tn_is_memory(before, sizeof(*before)) && before->all[0] == thread;
}

bool tn_thread_listed(const struct tn_thread *thread)
{
    return tn_is_memory(thread, sizeof(*thread)) && is_listed(thread);
}

bool tn_thread_exists(const struct tn_thread *thread)
{
    uint64_t daif;
    bool listed;

    if (CONFIG_CPUS == 1) {
        return tn_thread_listed(thread);
    }
    daif = tn_kernel_lock();
    listed = tn_thread_listed(thread);
    tn_kernel_unlock(daif);
    return listed;
}

void tn_thread_list_add(struct tn_thread *t)
{
    list_add(t);
}

void tn_thread_check_one(void)
{
    uint64_t daif = tn_kernel_lock();
    const struct tn_thread *t = next_checked != NULL ? next_checked : tn_thread_list;

    next_checked = t->all[0];
    tn_stack_check(t);
    tn_kernel_unlock(daif);
}

/*
 * Bytes by which a thread's first frame lies lower, up to a sixteenth of its stack: stacks are
 * often a power of two apart, and then all the frames that switches load would share a few sets
 * of the caches (docs/benchmarks.md, Table 4).  The thread's own address tells threads apart.
 */
static size_t spread(const struct tn_thread *thread, size_t stack_size)
{
    size_t places = stack_size / 16 / CACHE_LINE;

    return places == 0 ? 0 : (uintptr_t)thread / CACHE_LINE % places * CACHE_LINE;
}

int tn_thread_create(struct tn_thread *thread, const struct tn_thread_attr *attr,
                     void *(*entry)(void *), void *arg)
{
    const struct tn_thread *self = tn_thread_self();
    char *top = (char *)attr->stack + attr->stack_size;
    uint64_t daif;

    if (attr->prio > TN_PRIO_LEAST || attr->stack_size < TN_STACK_MIN ||
        ((uintptr_t)attr->stack | attr->stack_size) % TN_STACK_ALIGN != 0) {
        return TN_EINVAL;
    }
    if (attr->affinity != 0 && (attr->affinity & TN_CPUS_ALL) == 0) {
        return TN_EINVAL;
    }
    *thread = (struct tn_thread){
        .affinity = attr->affinity != 0 ? attr->affinity & TN_CPUS_ALL
                    : tn_in_irq()       ? TN_CPUS_ALL
                                        : self->affinity,
        .cpu = tn_cpu_number(0),
        .run.level = attr->prio,
        .base_prio = attr->prio,
        .hooks = tn_thread_hooks,
        .threshold = attr->cooperative ? 0 : attr->prio,
        .held = attr->cooperative,
        .cooperative = attr->cooperative,
        .detached = attr->detached,
        .state = TN_THREAD_SUSPENDED,
        .name = attr->name != NULL ? attr->name : "thread",
        .stack = attr->stack,
        .stack_size = attr->stack_size,
        .guard = attr->guard,
    };
    tn_timer_init(&thread->timeout);
    thread->timeout.user = TN_TIMER_THREAD;
    tn_fill(attr->stack, TN_STACK_PAINT, attr->stack_size);
    top -= spread(thread, attr->stack_size);
    top = tn_tls_reserve(thread, tn_ectx_reserve(thread, top));
    thread->sp = tn_switch_prepare(top, entry, arg);
    tn_thread_set_slice(thread, attr->slice_ns);
    daif = tn_kernel_lock();
    list_add(thread);
    tn_trace_event(TN_TRACE_CREATE, thread);
    tn_kernel_unlock(daif);
    return attr->suspended ? TN_OK : tn_thread_resume(thread);
}

int tn_thread_resume(struct tn_thread *thread)
{
    uint64_t daif = tn_kernel_lock();

    if (tn_percpu_unstop(thread)) {
        tn_kernel_unlock(daif);
        return TN_OK;
    }
    if (TN_UNLIKELY(!(thread->state & TN_THREAD_SUSPENDED))) {
        tn_kernel_unlock(daif);
        return TN_EINVAL;
    }
    thread->state &= (uint8_t)~TN_THREAD_SUSPENDED;
    if (TN_UNLIKELY(thread->state != 0)) {
        tn_kernel_unlock(daif);
        return TN_OK;
    }
    tn_ready_insert(thread);
    return (int)tn_reschedule(thread, daif, TN_OK);
}

int tn_thread_suspend(struct tn_thread *thread)
{
    struct tn_thread *self = tn_thread_self();
    uint64_t daif = tn_kernel_lock();
    bool was_ready = thread->state == 0;

    if (thread->state & TN_THREAD_ENDED || (thread == self && tn_in_irq())) {
        tn_kernel_unlock(daif);
        return TN_EINVAL;
    }
    if (tn_percpu_stop(thread)) {
        tn_kernel_unlock(daif);
        tn_percpu_await_stop(thread, daif);
        /* It may have come to its end first. */
        return thread->state & TN_THREAD_ENDED ? TN_EINVAL : TN_OK;
    }
    thread->state |= TN_THREAD_SUSPENDED;
    if (thread == self) {
        self->result = TN_OK;
        return (int)tn_switch_away(self);
    }
    if (was_ready) {
        tn_ready_remove(thread);
    }
    tn_kernel_unlock(daif);
    return TN_OK;
}

__attribute__((used)) void tn_thread_exit(void *value)
{
    struct tn_thread *self = tn_thread_self();

    tn_context_check("tn_thread_exit");
    tn_stack_check(self);
    if (self->leaves != NULL) {
        self->leaves(self);
    }
    tn_kernel_enter();
    tn_trace_exit(self, self->name);
    self->exit_value = value;
    tn_mutex_owner_ends(self);
    tn_ectx_end(self);
    tn_percpu_leave_state(self);
    self->state = TN_THREAD_ENDED;
    if (self->detached) {
        list_remove(self);
    }
    tn_ready_remove(self);
    while (!tn_waitq_empty(&self->joiners)) {
        tn_wake(tn_waitq_pop(&self->joiners), TN_OK);
    }
    tn_switch(self, tn_ready_first(tn_cpu_of(self)));
    __builtin_unreachable();
}

int tn_thread_join(struct tn_thread *thread, void **value, uint64_t deadline)
{
    long result = TN_OK;

    if (tn_in_irq()) {
        return TN_EPERM;
    }
    if (thread->detached) {
        return TN_EINVAL;
    }
    if (thread == tn_thread_self()) {
        return TN_EDEADLK;
    }
    tn_kernel_enter();
    if (thread->state & TN_THREAD_ENDED) {
        tn_kernel_leave();
    } else if (!tn_waitq_empty(&thread->joiners)) {
        tn_kernel_leave();
        return TN_EINVAL;
    } else {
        result = tn_block_until(&thread->joiners, deadline);
    }
    if (result != TN_OK) {
        return (int)result;
    }
    if (value != NULL) {
        *value = thread->exit_value;
    }
    tn_kernel_enter();
    if (!thread->detached) {
        thread->detached = 1;
        list_remove(thread);
    }
    tn_kernel_leave();
    return TN_OK;
}

int tn_thread_detach(struct tn_thread *thread)
{
    uint64_t daif = tn_kernel_lock();
    int result = thread->detached ? TN_EINVAL : TN_OK;

    if (result == TN_OK) {
        thread->detached = 1;
        if (thread->state & TN_THREAD_ENDED) {
            list_remove(thread);
        }
    }
    tn_kernel_unlock(daif);
    return result;
}

int tn_thread_set_priority(struct tn_thread *thread, uint32_t prio)
{
    uint64_t daif;

    if (prio > TN_PRIO_LEAST) {
        return TN_EINVAL;
    }
    daif = tn_kernel_lock();
    if (thread->state & TN_THREAD_ENDED) {
        tn_kernel_unlock(daif);
        return TN_EINVAL;
    }
    thread->base_prio = prio;
    tn_inherit_update(thread);
    return (int)tn_reschedule(tn_ready_first(tn_cpu_of(tn_thread_self())), daif, TN_OK);
}

bool tn_wait_interrupt(struct tn_thread *t, long result)
{
    if (!(t->state & TN_THREAD_BLOCKED)) {
        return false;
    }
    if (t->waitq != NULL) {
        tn_waitq_remove(t);
    }
    if (t->blocked_on != NULL) {
        tn_inherit_drop(t);
    }
    return tn_wake(t, result);
}

void tn_thread_async(struct tn_thread *t, void (*fn)(void))
{
    if (tn_percpu_running(t)) {
        t->async = fn;
        tn_percpu_async(t);
    } else {
        tn_switch_push(t, fn);
    }
}

size_t tn_thread_stack_unused(const struct tn_thread *thread)
{
    size_t n = 0;

    while (n < thread->stack_size && (unsigned char)thread->stack[n] == (TN_STACK_PAINT & 0xff)) {
        n++;
    }
    return n;
}
