/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads of Tenon and their scheduling: preemptive fixed priorities, 256 levels, first in
 * first out or round robin inside a level.  The caller owns the memory of a thread and of its
 * stack until the thread has been joined (or, detached, for good).
 *
 * With several CPUs as many threads run at a time, always the most urgent ones that may
 * (tn_thread_set_affinity()); equals wait in order behind one CPU.
 *
 * Errors are negative codes of <tn/errno.h>.  "Thread context" means: not in an interrupt
 * handler.  docs/tenon.md has the design.
 */
#ifndef TN_THREAD_H
#define TN_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tn/compiler.h>
#include <tn/errno.h>
#include <tn/readyq.h>
#include <tn/timerq.h>

#define TN_PRIO_MOST 0u    /* the most urgent priority */
#define TN_PRIO_LEAST 255u /* the least urgent one of a thread */
#define TN_PRIO_IDLE 256u  /* the idle thread's own level */

#define TN_FOREVER UINT64_MAX /* deadline: wait without end */

#define TN_STACK_ALIGN 16u
/* Room for FP registers, an interrupt frame, a voluntary frame and a few calls. */
#define TN_STACK_MIN 1536u

struct tn_cpu;
struct tn_ectx;
struct tn_mutex;

/* Threads that wait for one object: the first thread of each waiting priority, in order. */
struct tn_waitq {
    struct tn_thread *first;
};

#define TN_WAITQ_INIT                                                                              \
    {                                                                                              \
        0                                                                                          \
    }

/* tn_thread.state: a thread with state 0 is in its CPU's ready queue, the running one too. */
#define TN_THREAD_BLOCKED 1u   /* waits for an object or a time */
#define TN_THREAD_SUSPENDED 2u /* held by tn_thread_suspend() */
#define TN_THREAD_ENDED 4u     /* has returned; its stack is free to be taken back */
#define TN_THREAD_NEW 8u       /* created, not started */

/* tn_thread.hooks: work that a switch from or to this thread has beyond the registers. */
#define TN_HOOK_SLICE 1u   /* round robin */
#define TN_HOOK_TLS 4u     /* the program has thread-local variables */
#define TN_HOOK_CPUTIME 8u /* its CPU time is counted */
#define TN_HOOK_TRACE 32u  /* switches are recorded */
#define TN_HOOK_STACK 64u  /* its stack is looked at when it leaves the CPU */
#define TN_HOOK_ECTX 2u    /* its FP/SIMD state must be loaded before it runs */
#define TN_HOOK_ASYNC 16u  /* several CPUs: `async` was set while it ran */

/* A thread.  Fields are the kernel's; read them with the functions below. */
struct tn_thread {
    struct tn_ready run;  /* ready ring, or ring of a wait queue; run.level is the priority */
    void *sp;             /* voluntary frame, while the thread does not run */
    long result;          /* what the blocked call returns */
    uint32_t threshold;   /* who is more urgent than this preempts; 0: nobody */
    uint32_t hooks;       /* TN_HOOK_* */
    uint8_t state;        /* TN_THREAD_* */
    uint8_t held;         /* threshold is not the priority: scheduler locked, or cooperative */
    uint8_t detached;     /* nobody will join */
    uint8_t cooperative;  /* gives the CPU away only by blocking or yielding */
    uint32_t lock_depth;  /* of tn_sched_lock() */
    uint64_t cpacr;       /* CPACR_EL1 while it runs: FP/SIMD open or not */
    uintptr_t tls;        /* TPIDR_EL0, with TN_HOOK_TLS */
    struct tn_ectx *ectx; /* FP/SIMD registers, in memory */
    struct tn_cpu *cpu;   /* whose ready queue it is in, or was last */

    struct tn_waitq *waitq;       /* where it waits, NULL: nowhere */
    struct tn_thread *next_level; /* first of the next less urgent level of the wait queue */
    struct tn_timer timeout;      /* end of its wait */

    uint32_t base_prio;            /* without inheritance and ceilings */
    struct tn_mutex *blocked_on;   /* the mutex for which it waits */
    struct tn_mutex *held_mutexes; /* contended or protected ones which it owns */

    uint64_t slice;      /* counter ticks of a time slice, 0: first in first out */
    uint64_t slice_left; /* while it does not run */
    /* Not NULL: the slice is a budget, which blocking does not renew; called when it is used up,
     * in the timer's handler with the kernel lock held. */
    void (*slice_over)(struct tn_thread *thread);
    void *slice_owner;                      /* for slice_over and leaves */
    void (*leaves)(struct tn_thread *self); /* not NULL: called in its context before it ends */
    struct tn_waitq joiners;                /* who waits for its end */
    void *exit_value;
    void *transfer; /* what a waker and the woken call pass each other */

    const char *name;
    char *stack; /* lowest byte */
    size_t stack_size;
    void *reent;              /* newlib's, NULL: the program's one */
    void (*async)(void);      /* to be called in its context before it goes on */
    void *posix;              /* the POSIX layer's part, NULL for a native thread */
    struct tn_thread *all[2]; /* list of all threads: next, previous */
    uint64_t cpu_ticks;       /* on the CPU before cpu_since, with TN_HOOK_CPUTIME */
    uint64_t cpu_since;       /* got the CPU */
    uint64_t affinity;        /* CPUs on which it may run */
    uint32_t request;         /* several CPUs: what another CPU wants of it */
    uint32_t resuming;        /* was preempted, and has not popped its interrupt frame */
    size_t guard;             /* bytes below the stack that fault */
    uint32_t counts;          /* several CPUs: what it is in ready_count of its CPU */
};

/* What a new thread is made of.  Zero bytes mean: the default. */
struct tn_thread_attr {
    const char *name;  /* kept as a pointer; "thread" if NULL */
    void *stack;       /* TN_STACK_ALIGN-aligned, the caller's */
    size_t stack_size; /* bytes, at least TN_STACK_MIN */
    size_t guard;      /* bytes below the stack that the creator has made fault: for the report */
    uint32_t prio;     /* TN_PRIO_MOST .. TN_PRIO_LEAST */
    uint64_t slice_ns; /* time slice among equals; 0: runs until it blocks or yields */
    bool cooperative;  /* never preempted by another thread */
    bool detached;     /* cannot be joined */
    bool suspended;    /* does not run before tn_thread_resume() */
    uint64_t affinity; /* bit n: may run on CPU n; 0: where its creator may, a handler: on all */
};

/* The running thread; in an interrupt handler the interrupted one. */
static inline struct tn_thread *tn_thread_self(void)
{
    struct tn_thread *self;

    __asm__("mrs %0, tpidr_el1" : "=r"(self));
    return self;
}

/*
 * Make `thread` run entry(arg).  Thread or interrupt context.  A more urgent thread runs before
 * this returns.  Up to a sixteenth of the stack stays free at its top, so that the frames of many
 * threads do not meet in the caches.  TN_EINVAL: stack or priority out of range.
 */
int tn_thread_create(struct tn_thread *thread, const struct tn_thread_attr *attr,
                     void *(*entry)(void *), void *arg);

/* End the calling thread; `value` is for who joins it.  Thread context. */
TN_NORETURN void tn_thread_exit(void *value);

/*
 * Wait until `thread` has ended, then its memory is the caller's again.  `value` may be NULL.
 * `deadline` in ticks of tn_time_ticks(), or TN_FOREVER.  TN_EINVAL: detached, or another thread
 * waits for it already; TN_EDEADLK: the caller itself; TN_ETIMEDOUT; TN_EPERM: in a handler.
 */
int tn_thread_join(struct tn_thread *thread, void **value, uint64_t deadline);

/* Nobody will join it.  TN_EINVAL: it is detached already. */
int tn_thread_detach(struct tn_thread *thread);

/* Give the CPU to the next thread of the same priority, if there is one.  Thread context. */
void tn_thread_yield(void);

/*
 * Keep `thread` from running until tn_thread_resume(); what it waits for may still arrive.  It
 * may be the caller.  Any context for others.  One that another CPU runs has stopped when this
 * returns, but not yet when a handler has called, or who has masked interrupts.  TN_EINVAL: it
 * has ended.
 */
int tn_thread_suspend(struct tn_thread *thread);

/* Undo tn_thread_suspend() or start a thread created suspended.  Any context.  TN_EINVAL: it
 * is neither. */
int tn_thread_resume(struct tn_thread *thread);

/* Change the priority; inheritance and ceilings stay above it.  Any context.  TN_EINVAL. */
int tn_thread_set_priority(struct tn_thread *thread, uint32_t prio);

/* The priority that was set, without inheritance. */
static inline uint32_t tn_thread_priority(const struct tn_thread *thread)
{
    return thread->base_prio;
}

/* Change the time slice, 0: first in first out.  Nanoseconds.  Any context. */
void tn_thread_set_slice(struct tn_thread *thread, uint64_t slice_ns);

/*
 * No other thread runs on this CPU until as many tn_sched_unlock(); interrupts do, and so do
 * threads on other CPUs: it is no mutual exclusion there.  The caller stays on its CPU.  A thread
 * that blocks takes its lock along: others run until it is back.  Thread context.
 */
void tn_sched_lock(void);
void tn_sched_unlock(void);

/* How many CPUs the program has, and the one that executes this, from 0.  Any context. */
unsigned tn_cpu_count(void);
unsigned tn_cpu_self(void);

/*
 * Let `thread` run on the CPUs of a set only, bit n for number n; numbers that the program does not
 * have are ignored.  The caller itself is on one of them when this returns, unless it has locked
 * the scheduler or masked interrupts; another running thread soon.  Any context.  TN_EINVAL: none
 * is left; it has ended.
 */
int tn_thread_set_affinity(struct tn_thread *thread, uint64_t cpus);
uint64_t tn_thread_affinity(const struct tn_thread *thread);

/* The thread that runs main(). */
struct tn_thread *tn_thread_main(void);

/*
 * The first of all threads that have not ended, or ended and were not joined; the others follow
 * by thread->all[0].  Scheduler locked.
 */
struct tn_thread *tn_thread_all(void);

/*
 * True if `thread` is in that list: any value at all may be asked about, in constant time.
 * Thread context, scheduler locked, or the answer may be old.
 */
bool tn_thread_exists(const struct tn_thread *thread);

/*
 * How long the thread had the CPU, in counter ticks.  The first call of a program begins the
 * counting: before it main's time is all time, the others' is 0.  Thread context.
 */
uint64_t tn_thread_cpu_ticks(const struct tn_thread *thread);

/* The same for all threads together, those that have ended, too: time in which no CPU was idle. */
uint64_t tn_program_cpu_ticks(void);

/* Bytes of the stack that were never used.  Any context. */
size_t tn_thread_stack_unused(const struct tn_thread *thread);

#endif
