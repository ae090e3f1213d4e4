/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one CPU has for itself, and the kernel lock, for an image with one CPU.
 */
#ifndef TN_PERCPU_H
#define TN_PERCPU_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/readyq.h>
#include <tn/sysreg.h>
#include <tn/thread.h>

struct tn_cpu {
    struct tn_readyq ready;
    struct tn_thread *idle;
};

extern struct tn_cpu tn_cpu0;

/* Not 0: a handler made somebody more urgent ready.  The vectors read it. */
extern uint32_t tn_resched;

static inline struct tn_cpu *tn_cpu_of(const struct tn_thread *t)
{
    (void)t;
    return &tn_cpu0;
}

#define TN_PERCPU_MASKED (1u << 7) /* DAIF.I */
#define TN_PERCPU_UNLOCK_ASM

/* With interrupts masked nobody else is there. */
static inline void tn_percpu_lock(void)
{
}

static inline void tn_percpu_unlock(void)
{
}

/* Does `t` run at this moment? */
static inline bool tn_percpu_running(const struct tn_thread *t)
{
    return t == tn_thread_self();
}

/* Would `woken` preempt `self`, which is running? */
static inline bool tn_percpu_preempts(const struct tn_thread *woken, const struct tn_thread *self)
{
    return woken->run.level < self->threshold;
}

/*
 * Ask for a switch as soon as handlers have ended and interrupts are enabled.  A thread that has
 * masked them (daif) leaves no handler behind: the comparator, due at once, makes one, which
 * finds no timer and sets the comparator right again.
 */
static inline void tn_percpu_resched(const struct tn_thread *woken, uint64_t daif)
{
    (void)woken;
    tn_resched = 1;
    if (daif & TN_PERCPU_MASKED) {
        tn_sysreg_write(cntv_cval_el0, 0);
    }
}

#endif
