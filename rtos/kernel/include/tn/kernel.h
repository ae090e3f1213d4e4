/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: what the libraries of synchronisation objects are built from.  Not for
 * applications.  Every function here says whether it wants the kernel lock; the rules are in
 * docs/tenon.md.
 */
#ifndef TN_KERNEL_H
#define TN_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/compiler.h>
#include <tn/errno.h>
#include <tn/maskwatch.h>
#include <tn/percpu.h>
#include <tn/readyq.h>
#include <tn/sysreg.h>
#include <tn/thread.h>
#include <tn/trace_ring.h>

/*
 * True if `p` is a multiple of 8 and `size` bytes there are memory of the program, readable
 * whatever is in them: for handles that a caller may have invented.
 */
bool tn_is_memory(const void *p, size_t size);

/* PAR_EL1 for a read of `at` (Arm ARM D13.2.119).  One register for all who run on this CPU. */
static inline uint64_t tn_kernel_translate(uintptr_t at)
{
    uint64_t daif, par;

    __asm__ volatile("mrs %0, daif\n\t"
                     "msr daifset, #2\n\t"
                     "at s1e1r, %2\n\t"
                     "isb\n\t"
                     "mrs %1, par_el1\n\t"
                     "msr daif, %0"
                     : "=&r"(daif), "=&r"(par)
                     : "r"(at)
                     : "memory");
    return par;
}

/* tn_thread.hooks of threads to come. */
extern uint32_t tn_thread_hooks;

/* The first of tn_thread_all(). */
extern struct tn_thread *tn_thread_list;

#define TN_DAIF_I (1u << 7)

/* The thread in whose ready ring `n` lies. */
#define TN_THREAD_OF(n) ((struct tn_thread *)(void *)(n))
_Static_assert(offsetof(struct tn_thread, run) == 0, "TN_THREAD_OF");

/* True in an interrupt handler: handlers run on SP_EL0. */
static inline bool tn_in_irq(void)
{
    uint64_t sel;

    __asm__("mrs %0, spsel" : "=r"(sel));
    return sel == 0;
}

/*
 * Save the calling thread's voluntary frame, run `to`, release the kernel lock.  Returns in
 * `from` when somebody switches back to it, with from->result.  Thread context, kernel lock
 * held, interrupts were enabled before.
 */
long tn_switch(struct tn_thread *from, struct tn_thread *to);

/* Take the kernel lock; any context.  Returns what tn_kernel_unlock() wants. */
static inline uint64_t tn_kernel_lock(void)
{
    uint64_t daif;

    __asm__ volatile("mrs %0, daif\n\tmsr daifset, #2" : "=r"(daif) : : "memory");
    tn_mask_begin(daif);
    tn_percpu_lock();
    return daif;
}

static inline void tn_kernel_unlock(uint64_t daif)
{
    tn_percpu_unlock();
    tn_mask_end(daif);
    __asm__ volatile("msr daif, %0" : : "r"(daif) : "memory");
}

/* The same from thread context with interrupts enabled. */
static inline void tn_kernel_enter(void)
{
    __asm__ volatile("msr daifset, #2" : : : "memory");
    tn_mask_begin(0);
    tn_percpu_lock();
}

static inline void tn_kernel_leave(void)
{
    tn_percpu_unlock();
    tn_mask_end(0);
    __asm__ volatile("msr daifclr, #2" : : : "memory");
}

/* Put `t`, whose state is 0, behind its equals in a CPU's ready queue.  Lock held. */
static inline void tn_ready_insert(struct tn_thread *t)
{
    tn_percpu_insert(t);
}

/* Take `t` out of the ready queue that it is in.  Lock held. */
static inline void tn_ready_remove(struct tn_thread *t)
{
    tn_percpu_remove(t);
}

/* Who is to run on the calling CPU, `cpu`.  Lock held. */
static inline struct tn_thread *tn_ready_first(struct tn_cpu *cpu)
{
    return tn_percpu_first(cpu);
}

/* Run `to` instead of the caller, which stays ready.  As tn_switch(). */
static inline long tn_switch_ready(struct tn_thread *self, struct tn_thread *to)
{
    tn_percpu_left_waiting(self);
    return tn_switch(self, to);
}

/*
 * After one or more tn_ready_insert(): let the most urgent thread have the CPU, now or, from
 * a handler, on its way out.  Releases the lock taken by tn_kernel_lock() = daif and returns
 * `result` to the calling thread.
 */
static inline long tn_reschedule(struct tn_thread *woken, uint64_t daif, long result)
{
    struct tn_thread *self = tn_thread_self();

    woken = tn_percpu_candidate(woken);
    if (tn_percpu_preempts(woken, self)) {
        if (TN_LIKELY(!tn_in_irq() && !(daif & TN_DAIF_I))) {
            self->result = result;
            return tn_switch_ready(self, woken);
        }
        tn_percpu_resched(daif);
    }
    tn_kernel_unlock(daif);
    return result;
}

/* True if nobody waits. */
static inline bool tn_waitq_empty(const struct tn_waitq *q)
{
    return q->first == NULL;
}

/* Queue `t` behind its equals.  Lock held; `t` is in no queue. */
void tn_waitq_insert_slow(struct tn_waitq *q, struct tn_thread *t);

static inline void tn_waitq_insert(struct tn_waitq *q, struct tn_thread *t)
{
    t->waitq = q;
    if (TN_LIKELY(q->first == NULL)) {
        t->run.next = &t->run;
        t->run.prev = &t->run;
        t->next_level = NULL;
        q->first = t;
    } else {
        tn_waitq_insert_slow(q, t);
    }
}

/* Take the most urgent waiter, which must exist, out.  Lock held. */
static inline struct tn_thread *tn_waitq_pop(struct tn_waitq *q)
{
    struct tn_thread *t = q->first;
    struct tn_thread *next = TN_THREAD_OF(t->run.next);

    if (TN_LIKELY(next == t)) {
        q->first = t->next_level;
    } else {
        next->run.prev = t->run.prev;
        t->run.prev->next = &next->run;
        next->next_level = t->next_level;
        q->first = next;
    }
    return t;
}

/* Take `t` out of t->waitq.  Lock held. */
void tn_waitq_remove(struct tn_thread *t);

/* Stop the timeout of `t`.  Lock held. */
void tn_timeout_stop(struct tn_thread *t);

/*
 * End the wait of `t`, which is in no wait queue any more, with `result`.  Lock held.  False:
 * it stays suspended.
 */
static inline bool tn_wake(struct tn_thread *t, long result)
{
    tn_trace_event(TN_TRACE_READY, t);
    t->result = result;
    t->waitq = NULL;
    if (TN_UNLIKELY(tn_timer_active(&t->timeout))) {
        tn_timeout_stop(t);
    }
    t->state &= (uint8_t)~TN_THREAD_BLOCKED;
    if (TN_UNLIKELY(t->state != 0)) {
        return false;
    }
    tn_ready_insert(t);
    return true;
}

/*
 * Wake all who wait in `q` at the call, and nobody who comes meanwhile.  No lock; any context.  On
 * one CPU the kernel lock is let go between two, and the scheduler is locked; on several that
 * would keep nobody from coming, so that they are all woken in one section.
 */
void tn_wake_all(struct tn_waitq *q, long result);

/* Take the caller out of the ready queue and run another.  Lock held, thread context. */
static inline long tn_switch_away(struct tn_thread *self)
{
    tn_ready_remove(self);
    return tn_switch(self, tn_ready_first(tn_cpu_of(self)));
}

/*
 * Block the caller on `q` until somebody wakes it; returns the waker's result.  Lock held,
 * thread context; releases the lock.
 */
static inline long tn_block(struct tn_waitq *q)
{
    struct tn_thread *self = tn_thread_self();

    if (tn_percpu_refuses(self)) {
        tn_kernel_leave();
        return TN_EINTR;
    }
    tn_ready_remove(self);
    tn_trace_event(TN_TRACE_BLOCK, q);
    self->state = TN_THREAD_BLOCKED | tn_percpu_leave_state(self);
    tn_waitq_insert(q, self);
    return tn_switch(self, tn_ready_first(tn_cpu_of(self)));
}

/* The same with a deadline in counter ticks; TN_ETIMEDOUT when it passes first. */
long tn_block_until(struct tn_waitq *q, uint64_t deadline);

/*
 * End the wait of `t`, if it waits, with `result`: TN_EINTR or TN_ECANCELED.  Lock held.  True
 * if it became ready.
 */
bool tn_wait_interrupt(struct tn_thread *t, long result);

/*
 * Let `t` call `fn` in its own context, with interrupts enabled, before it goes on with what it
 * does; `fn` preserves nothing but what every function preserves.  Lock held.  `t` may be the
 * running thread of this CPU only in a handler.
 */
void tn_thread_async(struct tn_thread *t, void (*fn)(void));

/* What a stack is filled with that was not used yet.  One instruction makes it (Arm ARM C3.4.2). */
#define TN_STACK_PAINT UINT64_C(0xc3c3c3c3c3c3c3c3)

/* True while the last word of its stack was never written. */
static inline bool tn_stack_whole(const struct tn_thread *t)
{
    return *(const volatile uint64_t *)(const void *)t->stack == TN_STACK_PAINT;
}

/*
 * Look at the stack of one thread, in turn, which ends the image if it is used up: threads that
 * are never preempted are seen by the idle thread.
 */
void tn_thread_check_one(void);

/*
 * The list of all threads (tn_thread_all()) stays as it is until tn_threads_release(), which wants
 * what this returns.  On one CPU by a locked scheduler, on several by the kernel lock.
 */
static inline uint64_t tn_threads_hold(void)
{
    if (CONFIG_CPUS > 1) {
        return tn_kernel_lock();
    }
    tn_sched_lock();
    return 0;
}

static inline void tn_threads_release(uint64_t daif)
{
    if (CONFIG_CPUS > 1) {
        tn_kernel_unlock(daif);
    } else {
        tn_sched_unlock();
    }
}

/* tn_thread_exists() with the lock held. */
bool tn_thread_listed(const struct tn_thread *thread);

/* Enter `t` in the list of all threads.  Lock held. */
void tn_thread_list_add(struct tn_thread *t);

/* Carry a new effective priority of `t` to the queue that it is in.  Lock held. */
void tn_priority_apply(struct tn_thread *t, uint32_t prio);

#endif
