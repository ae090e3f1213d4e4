/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which CPU a thread runs on.  The rule is that of global fixed priorities: no thread waits while
 * a CPU that it may use runs a less urgent one.  A ready thread is in the queue of exactly one
 * CPU.  It gets there when it becomes ready (insert), and leaves for another when that one has
 * nothing as urgent (first): either because its thread waits, ends or became less urgent, or
 * because it was told that there is something for it (offer).  Kernel lock held, all of it.
 */
#include <tn/kernel.h>
#include <tn/smp.h>

/* In ready_count: one thread, and one that may move to another CPU.  The idle thread is none. */
#define ONE 1u
#define MOVABLE 0x10000u

static uint32_t bit_of(const struct tn_cpu *cpu)
{
    return 1u << cpu->index;
}

static bool may_run(const struct tn_thread *t, const struct tn_cpu *cpu)
{
    return t->affinity >> cpu->index & 1;
}

/*
 * Who is less urgent than this would not run on `cpu`: the most urgent one that is there, who may
 * be on his way to be switched to, or who nobody preempts.
 */
static uint32_t level_of(const struct tn_cpu *cpu)
{
    uint32_t first = tn_readyq_level(&cpu->ready);
    uint32_t threshold = cpu->current->threshold;

    return first < threshold ? first : threshold;
}

/* The CPU of a set, not empty, that does the least urgent work; among equals `prefer`. */
static struct tn_cpu *least_urgent(uint32_t set, struct tn_cpu *prefer)
{
    struct tn_cpu *best = NULL;
    uint32_t level = 0;

    for (; set != 0; set &= set - 1) {
        struct tn_cpu *cpu = &tn_cpus[__builtin_ctz(set)];
        uint32_t its = level_of(cpu);

        if (best == NULL || its > level || (its == level && cpu == prefer)) {
            best = cpu;
            level = its;
        }
    }
    return best;
}

/* Make `cpu` look for another thread to run. */
void tn_smp_kick(struct tn_cpu *cpu)
{
    cpu->resched = 1;
    if (cpu != tn_cpu_this() || !tn_in_irq()) {
        tn_smp_call(cpu->target);
    }
}

static uint32_t counts_of(const struct tn_thread *t)
{
    return t->affinity & (t->affinity - 1) ? ONE + MOVABLE : ONE;
}

static void enter(struct tn_thread *t, struct tn_cpu *cpu)
{
    t->cpu = cpu;
    t->counts = counts_of(t);
    cpu->ready_count += t->counts;
    tn_readyq_push_tail(&cpu->ready, &t->run);
}

void tn_smp_insert(struct tn_thread *t)
{
    uint32_t allowed = (uint32_t)t->affinity & tn_cpus_online;
    struct tn_cpu *cpu;

    if (allowed == 0) {
        /* Its CPUs are not there yet; it waits on one of them. */
        enter(t, &tn_cpus[__builtin_ctzll(t->affinity)]);
        return;
    }
    if ((allowed & (allowed - 1)) == 0) {
        cpu = &tn_cpus[__builtin_ctz(allowed)];
    } else {
        cpu = least_urgent(allowed, t->cpu);
        if (t->run.level >= level_of(cpu) && may_run(t, t->cpu) &&
            tn_cpus_online & bit_of(t->cpu)) {
            cpu = t->cpu;
        }
    }
    enter(t, cpu);
    if (cpu != tn_cpu_this() && t->run.level < cpu->current->threshold) {
        tn_smp_kick(cpu);
    }
}

/*
 * In the queue of `from` the most urgent thread, above `level`, that waits and may run on `cpu`.
 * Linear in those before it that may not.
 */
static struct tn_thread *find(const struct tn_cpu *from, const struct tn_cpu *cpu, uint32_t level)
{
    for (uint32_t at = tn_readyq_level(&from->ready); at < level;
         at = tn_readyq_after(&from->ready, at)) {
        struct tn_thread *head = TN_THREAD_OF(tn_readyq_head(&from->ready, at));
        struct tn_thread *t = head;

        do {
            if (t != from->current && may_run(t, cpu)) {
                return t;
            }
            t = TN_THREAD_OF(t->run.next);
        } while (t != head);
    }
    return NULL;
}

/* Somebody waits there who may run elsewhere: without one there is nothing to look for. */
static bool has_waiting(const struct tn_cpu *cpu)
{
    const struct tn_thread *t = cpu->current;
    uint32_t running = t->state == 0 && t->cpu == cpu ? t->counts : 0;

    return cpu->ready_count - running >= MOVABLE;
}

struct tn_thread *tn_smp_first(struct tn_cpu *cpu)
{
    struct tn_thread *best = TN_THREAD_OF(tn_readyq_first(&cpu->ready));
    struct tn_thread *self = cpu->current;
    uint32_t level = best->run.level;
    bool fetched = false;

    if (self->state == 0 && self->cpu == cpu && self->threshold < level) {
        level = self->threshold;
    }
    for (unsigned i = 0; i < CONFIG_CPUS; i++) {
        struct tn_thread *t;

        if (&tn_cpus[i] == cpu || !(tn_cpus_online >> i & 1) || !has_waiting(&tn_cpus[i])) {
            continue;
        }
        t = find(&tn_cpus[i], cpu, level);
        if (t != NULL) {
            best = t;
            level = t->run.level;
            fetched = true;
        }
    }
    if (fetched) {
        tn_percpu_remove(best);
        enter(best, cpu);
    }
    return best;
}

void tn_smp_offer(struct tn_thread *t)
{
    uint32_t others = (uint32_t)t->affinity & tn_cpus_online & ~bit_of(t->cpu);
    struct tn_cpu *cpu;

    if (others == 0) {
        return;
    }
    cpu = least_urgent(others, NULL);
    if (t->run.level < level_of(cpu)) {
        tn_smp_kick(cpu);
    }
}

void tn_smp_priority_changed(struct tn_thread *t)
{
    if (tn_percpu_running(t)) {
        if (t->cpu != tn_cpu_this()) {
            tn_smp_kick(t->cpu);
        }
    } else if (t->run.level < t->cpu->current->threshold) {
        if (t->cpu != tn_cpu_this()) {
            tn_smp_kick(t->cpu);
        }
    } else {
        tn_smp_offer(t);
    }
}

bool tn_smp_obey(struct tn_thread *self, struct tn_thread **next)
{
    struct tn_cpu *cpu = self->cpu;

    if (self->lock_depth != 0 || TN_LIKELY(self->request == 0 && may_run(self, cpu))) {
        return false;
    }
    tn_percpu_remove(self);
    if (self->request & TN_REQUEST_SUSPEND) {
        self->state |= TN_THREAD_SUSPENDED;
        __atomic_store_n(&self->request, 0, __ATOMIC_RELEASE);
    } else {
        tn_smp_insert(self);
    }
    *next = tn_smp_first(cpu);
    return true;
}

void tn_smp_place_again(struct tn_thread *t)
{
    if (!tn_percpu_running(t)) {
        tn_percpu_remove(t);
        tn_smp_insert(t);
    } else if (!may_run(t, t->cpu)) {
        tn_smp_kick(t->cpu);
    } else {
        t->cpu->ready_count += counts_of(t) - t->counts;
        t->counts = counts_of(t);
    }
}
