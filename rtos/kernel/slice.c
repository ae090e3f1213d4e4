/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Round robin: a thread with a time slice goes behind its equals when it has run for as long.
 * Only such threads pay for it, by a switch hook.  The slice is time on the CPU: what is left
 * of it when a thread is preempted it has when it comes back; blocking gives a new one, but not to
 * a thread whose slice is a budget (slice_over).
 */
#include <tn/alarm.h>
#include <tn/ectx.h>
#include <tn/kernel.h>
#include <tn/kernel_fault.h>
#include <tn/kernel_cputime.h>
#include <tn/kernel_switch.h>
#include <tn/kernel_time.h>
#include <tn/time.h>

/* One for each CPU. */
static struct tn_timer slice_timers[CONFIG_CPUS] = {
    [0 ... CONFIG_CPUS - 1] = {.slot = TN_TIMER_IDLE, .user = TN_TIMER_SLICE}};

static struct tn_timer *timer_of(const struct tn_cpu *cpu)
{
    return &slice_timers[tn_cpu_index(cpu)];
}

/* The running thread's slice begins, or goes on, now. */
static void slice_start(struct tn_thread *t)
{
    tn_time_start(timer_of(tn_cpu_of(t)), tn_time_counter() + t->slice_left);
}

void tn_slice_switch(struct tn_thread *from, struct tn_thread *to)
{
    struct tn_timer *timer = timer_of(tn_cpu_of(to));

    if (from->hooks & TN_HOOK_SLICE && tn_timer_active(timer)) {
        uint64_t now = tn_time_counter();
        uint64_t end = timer->deadline;

        tn_timerq_stop(&tn_timers, timer);
        from->slice_left = end > now ? end - now : 0;
        if (from->slice_over == NULL && (from->state != 0 || end <= now)) {
            from->slice_left = from->slice;
        }
    }
    if (to->hooks & TN_HOOK_SLICE) {
        slice_start(to);
    }
}

/* The timer has expired: from the timer's interrupt, kernel lock held. */
void tn_slice_expired(const struct tn_timer *timer)
{
    struct tn_cpu *cpu = tn_cpu_number((unsigned)(timer - slice_timers));
    struct tn_thread *self = tn_percpu_current(cpu);

    if (self->slice_over != NULL) {
        self->slice_left = 0;
        self->slice_over(self);
        return;
    }
    self->slice_left = self->slice;
    if (self->state == 0 && !self->held && self->run.next != &self->run) {
        tn_readyq_rotate(&cpu->ready, &self->run);
        if (CONFIG_CPUS > 1) {
            slice_start(self); /* another CPU may take the next one first: then it goes on */
        }
        tn_percpu_resched_on(cpu);
    } else {
        slice_start(self);
    }
}

void tn_thread_set_slice(struct tn_thread *thread, uint64_t slice_ns)
{
    uint64_t daif = tn_kernel_lock();

    thread->slice = slice_ns != 0 ? tn_time_to_ticks(slice_ns) : 0;
    thread->slice_left = thread->slice;
    if (slice_ns != 0) {
        thread->hooks |= TN_HOOK_SLICE;
    } else {
        thread->hooks &= ~TN_HOOK_SLICE;
    }
    if (tn_percpu_running(thread)) {
        tn_timerq_stop(&tn_timers, timer_of(tn_cpu_of(thread)));
        if (slice_ns != 0) {
            slice_start(thread);
        }
    }
    tn_kernel_unlock(daif);
}

__attribute__((used)) void tn_switch_hooks(struct tn_thread *from, struct tn_thread *to)
{
    if (CONFIG_CPUS > 1 && from->hooks & TN_HOOK_ASYNC) {
        /* It leaves by itself before its CPU could make it do the call. */
        from->hooks &= ~TN_HOOK_ASYNC;
        tn_switch_push(from, from->async);
        from->async = NULL;
    }
    if (CONFIG_TN_STACK_CHECK) {
        tn_stack_check(from);
    }
    if ((from->hooks | to->hooks) & TN_HOOK_SLICE) {
        tn_slice_switch(from, to);
    }
    tn_trace_event(TN_TRACE_SWITCH, to);
    if (TN_UNLIKELY(to->hooks & TN_HOOK_CPUTIME)) {
        tn_cputime_switch(from, to);
    }
    if (CONFIG_CPUS > 1 && from->hooks & TN_HOOK_ECTX) {
        tn_ectx_leave(from);
        tn_sysreg_write(cpacr_el1, to->cpacr);
        tn_isb();
    }
    if (to->hooks & TN_HOOK_ECTX) {
        tn_ectx_load(to);
    }
    if (to->hooks & TN_HOOK_TLS) {
        tn_sysreg_write(tpidr_el0, to->tls);
    }
}
