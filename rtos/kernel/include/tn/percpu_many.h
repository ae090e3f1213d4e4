/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <tn/percpu.h> for an image with several CPUs: per-CPU data, the kernel lock, and the choice of
 * a CPU for each thread (rtos/smp).  Everything here wants the kernel lock unless it says
 * something else.  docs/tenon.md, "Several CPUs".
 */
#ifndef TN_PERCPU_MANY_H
#define TN_PERCPU_MANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tn/compiler.h>
#include <tn/readyq.h>
#include <tn/sysreg.h>
#include <tn/thread.h>

/* One CPU's own.  Others read and write it under the kernel lock. */
struct tn_cpu {
    uint32_t resched; /* first: the vectors read it; not 0: look for another thread to run */
    uint32_t index;
    struct tn_thread *current; /* who runs */
    struct tn_thread *idle;
    struct tn_thread *fp_owner; /* whose FP/SIMD state its registers hold (rtos/ectx-smp) */
    uint64_t programmed;        /* what its comparator is set to */
    uint64_t target;            /* how the interrupt controller addresses it */
    uint32_t ready_count;       /* sum of tn_thread.counts over `ready` */
    uint32_t looks;             /* how often it has looked, outside all handlers */
    struct tn_readyq ready;
} TN_ALIGNED(64);
_Static_assert(offsetof(struct tn_cpu, resched) == 0, "tn/vectors.h");
_Static_assert(offsetof(struct tn_cpu, index) == 4, "tn/trace_ring.h");

extern struct tn_cpu tn_cpus[CONFIG_CPUS];

/* Of an image with one CPU; not linked. */
extern struct tn_cpu tn_cpu0;
extern uint32_t tn_resched;

/* A ticket lock: `next` is drawn, `serving` holds it; only the holder writes `serving`. */
struct tn_kernel_ticket {
    uint32_t next;
    uint32_t serving;
};
extern struct tn_kernel_ticket tn_kernel_ticket;

/* Bit n: CPU n runs threads. */
extern uint32_t tn_cpus_online;

/* The alarm whose function is being called, NULL: none. */
extern const void *tn_smp_called;

/* tn_thread.request: what another CPU wants of a running thread. */
#define TN_REQUEST_SUSPEND 1u

/* In tn_switch(): x1 runs from here on; and the release of the lock, which pairs with the acquire
 * in tn_smp_lock().  Both may use x9 and x10. */
#define TN_PERCPU_SWITCH_ASM "mrs x9, tpidrro_el0\n\tstr x1, [x9, %[current]]\n\t"
#define TN_PERCPU_UNLOCK_ASM                                                                       \
    "adrp x9, tn_kernel_ticket\n\t"                                                                \
    "add x9, x9, :lo12:tn_kernel_ticket\n\t"                                                       \
    "ldr w10, [x9, #4]!\n\t"                                                                       \
    "add w10, w10, #1\n\t"                                                                         \
    "stlr w10, [x9]\n\t"
#define TN_PERCPU_OPERANDS , [current] "i"(offsetof(struct tn_cpu, current))

void tn_smp_lock(void);
void tn_smp_insert(struct tn_thread *t);
struct tn_thread *tn_smp_first(struct tn_cpu *cpu);
void tn_smp_offer(struct tn_thread *t);
void tn_smp_priority_changed(struct tn_thread *t);
void tn_smp_kick(struct tn_cpu *cpu);
bool tn_smp_obey(struct tn_thread *self, struct tn_thread **next);
void tn_smp_place_again(struct tn_thread *t);
bool tn_smp_expire_begin(void);
void tn_smp_expire_end(uint64_t next);

/* The CPU that executes this.  Interrupts masked, or the answer may be old. */
static inline struct tn_cpu *tn_cpu_this(void)
{
    struct tn_cpu *cpu;

    __asm__ volatile("mrs %0, tpidrro_el0" : "=r"(cpu));
    return cpu;
}

/* In whose ready queue `t` is, or was last. */
static inline struct tn_cpu *tn_cpu_of(const struct tn_thread *t)
{
    return t->cpu;
}

/* Any context. */
static inline struct tn_cpu *tn_cpu_number(unsigned number)
{
    return &tn_cpus[number];
}

static inline unsigned tn_cpu_index(const struct tn_cpu *cpu)
{
    return cpu->index;
}

/* Of the calling CPU; as tn_cpu_this(). */
static inline unsigned tn_percpu_number(void)
{
    return tn_cpu_this()->index;
}

/* The calling CPU is number `number` from now on.  Once, before all else here; no lock. */
void tn_percpu_begin(unsigned number);

/* From the first CPU, the kernel complete: start the others and wait until they run.  No lock. */
void tn_percpu_start_others(void);

/* The calling CPU, which runs its idle thread, takes part from now on.  Takes the lock. */
void tn_percpu_online(void);

/*
 * The image ends: other CPUs stop where they are, at the latest when they let interrupts in, but
 * they are not waited for longer than some milliseconds.  Does not return where another CPU
 * has called it first.  Any context, no lock.
 */
void tn_percpu_stop_others(void);

uint64_t tn_percpu_boot_el(void);

/* Interrupts masked. */
static inline void tn_percpu_lock(void)
{
    tn_smp_lock();
}

static inline void tn_percpu_unlock(void)
{
    __atomic_store_n(&tn_kernel_ticket.serving, tn_kernel_ticket.serving + 1, __ATOMIC_RELEASE);
}

/* `t` runs on this CPU: before the first switch. */
static inline void tn_percpu_set_current(struct tn_thread *t)
{
    t->cpu = tn_cpu_this();
    t->cpu->current = t;
}

/* Does `t` run at this moment, on any CPU? */
static inline bool tn_percpu_running(const struct tn_thread *t)
{
    return t->cpu->current == t;
}

/* Who runs on `cpu`; in its handlers the interrupted thread. */
static inline struct tn_thread *tn_percpu_current(const struct tn_cpu *cpu)
{
    return cpu->current;
}

/* Put `t`, whose state is 0, into the queue of the CPU that suits it, and tell that CPU if it
 * is another one. */
static inline void tn_percpu_insert(struct tn_thread *t)
{
    tn_smp_insert(t);
}

static inline void tn_percpu_remove(struct tn_thread *t)
{
    t->cpu->ready_count -= t->counts;
    tn_readyq_remove(&t->cpu->ready, &t->run);
}

/* Who is to run on `cpu`, which is the calling one: fetched from another CPU's queue if need be. */
static inline struct tn_thread *tn_percpu_first(struct tn_cpu *cpu)
{
    return tn_smp_first(cpu);
}

/* Somebody became ready: who could run here for it. */
static inline struct tn_thread *tn_percpu_candidate(struct tn_thread *woken)
{
    (void)woken;
    return (struct tn_thread *)(void *)tn_readyq_first(&tn_cpu_this()->ready);
}

/* Would `woken`, in this CPU's queue, preempt `self`, which is running? */
static inline bool tn_percpu_preempts(const struct tn_thread *woken, const struct tn_thread *self)
{
    return woken->run.level < self->threshold && woken != self;
}

/* `t` is ready and about to be switched away from: is there another CPU for it? */
static inline void tn_percpu_left_waiting(struct tn_thread *t)
{
    tn_smp_offer(t);
}

/* The priority of `t`, which is ready, has changed. */
static inline void tn_percpu_priority_changed(struct tn_thread *t)
{
    tn_smp_priority_changed(t);
}

#define TN_PERCPU_MASKED (1u << 7) /* DAIF.I */

/* As on one CPU: the comparator's interrupt comes when a thread that masked them lets it in. */
static inline void tn_percpu_resched(uint64_t daif)
{
    tn_cpu_this()->resched = 1;
    if (daif & TN_PERCPU_MASKED) {
        tn_sysreg_write(cntv_cval_el0, 0);
    }
}

/* The same on any CPU, from a handler. */
static inline void tn_percpu_resched_on(struct tn_cpu *cpu)
{
    tn_smp_kick(cpu);
}

/* Before the look that `resched` asked for. */
static inline void tn_percpu_resched_done(void)
{
    struct tn_cpu *cpu = tn_cpu_this();

    cpu->resched = 0;
    /* What handlers did is seen by who sees this: tn_percpu_await_handlers(). */
    __atomic_store_n(&cpu->looks, cpu->looks + 1, __ATOMIC_RELEASE);
}

/* Not 0: asked for since.  No bool, so that the vectors need not make one. */
static inline uint32_t tn_percpu_resched_asked(void)
{
    return __atomic_load_n(&tn_cpu_this()->resched, __ATOMIC_RELAXED);
}

/* `t` is the first that waits here, but `self` does not let it run: is there another CPU for it? */
static inline void tn_percpu_held_back(struct tn_thread *t, const struct tn_thread *self)
{
    if (t->run.level < self->run.level) {
        tn_smp_offer(t);
    }
}

/*
 * `self` must not wait, because it is to make a call first (tn_thread_async()) that is on its way
 * to this CPU: the wait ends at once with TN_EINTR.
 */
static inline bool tn_percpu_refuses(const struct tn_thread *self)
{
    return TN_UNLIKELY(self->async != NULL);
}

/* Do what others asked of `self`, which runs: true if it must leave, and `next` is to run. */
static inline bool tn_percpu_obey(struct tn_thread *self, struct tn_thread **next)
{
    return tn_smp_obey(self, next);
}

/* `t` is ready, and may run on other CPUs than before. */
static inline void tn_percpu_place_again(struct tn_thread *t)
{
    tn_smp_place_again(t);
}

/* Suspend `t`: true if another CPU runs it, which was told; false if that is the caller's work. */
static inline bool tn_percpu_stop(struct tn_thread *t)
{
    if (t->state != 0 || !tn_percpu_running(t) || t->cpu == tn_cpu_this()) {
        return false;
    }
    t->request |= TN_REQUEST_SUSPEND;
    tn_smp_kick(t->cpu);
    return true;
}

/* `t` is to go on: true if it has not stopped yet, and will not. */
static inline bool tn_percpu_unstop(struct tn_thread *t)
{
    if (TN_LIKELY(t->request == 0)) {
        return false;
    }
    __atomic_store_n(&t->request, 0, __ATOMIC_RELEASE);
    return true;
}

/*
 * Wait until `t` has stopped, was resumed, or has ended, which lasts as long as it has the
 * scheduler locked or handlers run on its CPU.  A handler, or who has masked interrupts (daif),
 * does not wait: two of them might wait for each other.  No lock.
 */
void tn_percpu_await_stop(const struct tn_thread *t, uint64_t daif);

/* `self` is about to wait: what its state has to say beside that. */
static inline uint8_t tn_percpu_leave_state(struct tn_thread *self)
{
    uint32_t request = self->request;

    if (TN_LIKELY(request == 0)) {
        return 0;
    }
    __atomic_store_n(&self->request, 0, __ATOMIC_RELEASE);
    return TN_THREAD_SUSPENDED;
}

/* t->async was set, `t` runs. */
static inline void tn_percpu_async(struct tn_thread *t)
{
    t->hooks |= TN_HOOK_ASYNC;
    tn_smp_kick(t->cpu);
}

/* Set this CPU's comparator, which is one that fires for all. */
static inline void tn_percpu_program(uint64_t deadline)
{
    tn_cpu_this()->programmed = deadline;
    tn_sysreg_write(cntv_cval_el0, deadline);
}

/* A comparator has fired.  False: another CPU is at it. */
static inline bool tn_percpu_expire_begin(void)
{
    return tn_smp_expire_begin();
}

/* The expiring CPU is about to call an alarm's function, without the lock; NULL: it is back. */
static inline void tn_percpu_calls(const void *alarm)
{
    __atomic_store_n(&tn_smp_called, alarm, __ATOMIC_RELEASE);
}

/* Wait until the function of `alarm`, which is stopped, does not run; as above. */
void tn_percpu_await_call(const void *alarm, uint64_t daif);

/*
 * Wait until each other CPU has been outside its handlers since the call, which lasts as long as
 * handlers run or interrupts are masked there.  Who must not wait, as above, does not.  No lock.
 */
void tn_percpu_await_handlers(void);

/* How the interrupt controller addresses CPU `number` of the program. */
static inline uint64_t tn_percpu_target(unsigned number)
{
    return tn_cpus[number].target;
}

/* Nothing is due before `next`. */
static inline void tn_percpu_expire_end(uint64_t next)
{
    tn_smp_expire_end(next);
}

#endif
