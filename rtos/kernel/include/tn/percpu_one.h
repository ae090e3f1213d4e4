/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <tn/percpu.h> for an image with one CPU: no lock, no search, nobody else.  What a function is
 * for stands in percpu_many.h.
 */
#ifndef TN_PERCPU_ONE_H
#define TN_PERCPU_ONE_H

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

#define TN_PERCPU_MASKED (1u << 7) /* DAIF.I */
#define TN_PERCPU_SWITCH_ASM
#define TN_PERCPU_UNLOCK_ASM
#define TN_PERCPU_OPERANDS

static inline struct tn_cpu *tn_cpu_of(const struct tn_thread *t)
{
    (void)t;
    return &tn_cpu0;
}

static inline struct tn_cpu *tn_cpu_number(unsigned number)
{
    (void)number;
    return &tn_cpu0;
}

static inline unsigned tn_cpu_index(const struct tn_cpu *cpu)
{
    (void)cpu;
    return 0;
}

static inline unsigned tn_percpu_number(void)
{
    return 0;
}

static inline void tn_percpu_begin(unsigned number)
{
    (void)number;
}

static inline void tn_percpu_start_others(void)
{
}

static inline void tn_percpu_online(void)
{
}

static inline void tn_percpu_stop_others(void)
{
}

/* The exception level of the boot code, on bare metal (rtos/bare-boot). */
static inline uint64_t tn_percpu_boot_el(void)
{
    return tn_sysreg_read(tpidrro_el0);
}

/* With interrupts masked nobody else is there. */
static inline void tn_percpu_lock(void)
{
}

static inline void tn_percpu_unlock(void)
{
}

static inline void tn_percpu_set_current(struct tn_thread *t)
{
    (void)t;
}

static inline bool tn_percpu_running(const struct tn_thread *t)
{
    return t == tn_thread_self();
}

static inline struct tn_thread *tn_percpu_current(const struct tn_cpu *cpu)
{
    (void)cpu;
    return tn_thread_self();
}

static inline void tn_percpu_insert(struct tn_thread *t)
{
    tn_readyq_push_tail(&tn_cpu0.ready, &t->run);
}

static inline void tn_percpu_remove(struct tn_thread *t)
{
    tn_readyq_remove(&tn_cpu0.ready, &t->run);
}

static inline struct tn_thread *tn_percpu_first(struct tn_cpu *cpu)
{
    return (struct tn_thread *)(void *)tn_readyq_first(&cpu->ready);
}

static inline struct tn_thread *tn_percpu_candidate(struct tn_thread *woken)
{
    return woken;
}

/* Would `woken` preempt `self`, which is running? */
static inline bool tn_percpu_preempts(const struct tn_thread *woken, const struct tn_thread *self)
{
    return woken->run.level < self->threshold;
}

static inline void tn_percpu_left_waiting(struct tn_thread *t)
{
    (void)t;
}

static inline void tn_percpu_priority_changed(struct tn_thread *t)
{
    (void)t;
}

/*
 * Ask for a switch as soon as handlers have ended and interrupts are enabled.  A thread that has
 * masked them (daif) leaves no handler behind: the comparator, due at once, makes one, which
 * finds no timer and sets the comparator right again.
 */
static inline void tn_percpu_resched(uint64_t daif)
{
    tn_resched = 1;
    if (daif & TN_PERCPU_MASKED) {
        tn_sysreg_write(cntv_cval_el0, 0);
    }
}

static inline void tn_percpu_resched_on(struct tn_cpu *cpu)
{
    (void)cpu;
    tn_resched = 1;
}

static inline void tn_percpu_resched_done(void)
{
    tn_resched = 0;
}

static inline uint32_t tn_percpu_resched_asked(void)
{
    return *(volatile uint32_t *)&tn_resched;
}

static inline void tn_percpu_held_back(struct tn_thread *t, const struct tn_thread *self)
{
    (void)t;
    (void)self;
}

static inline bool tn_percpu_refuses(const struct tn_thread *self)
{
    (void)self;
    return false;
}

static inline bool tn_percpu_obey(struct tn_thread *self, struct tn_thread **next)
{
    (void)self;
    (void)next;
    return false;
}

static inline void tn_percpu_place_again(struct tn_thread *t)
{
    (void)t;
}

static inline bool tn_percpu_stop(struct tn_thread *t)
{
    (void)t;
    return false;
}

static inline bool tn_percpu_unstop(struct tn_thread *t)
{
    (void)t;
    return false;
}

static inline void tn_percpu_await_stop(const struct tn_thread *t, uint64_t daif)
{
    (void)t;
    (void)daif;
}

static inline uint8_t tn_percpu_leave_state(struct tn_thread *self)
{
    (void)self;
    return 0;
}

static inline void tn_percpu_async(struct tn_thread *t)
{
    (void)t;
    tn_resched = 1;
}

static inline void tn_percpu_program(uint64_t deadline)
{
    tn_sysreg_write(cntv_cval_el0, deadline);
}

static inline void tn_percpu_await_handlers(void)
{
}

static inline uint64_t tn_percpu_target(unsigned number)
{
    (void)number;
    return 0;
}

static inline bool tn_percpu_expire_begin(void)
{
    return true;
}

static inline void tn_percpu_expire_end(uint64_t next)
{
    tn_sysreg_write(cntv_cval_el0, next);
}

static inline void tn_percpu_calls(const void *alarm)
{
    (void)alarm;
}

static inline void tn_percpu_await_call(const void *alarm, uint64_t daif)
{
    (void)alarm;
    (void)daif;
}

#endif
