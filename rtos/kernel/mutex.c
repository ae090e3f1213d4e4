/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mutexes when it is not simple: somebody waits, or the kind asks for more than a word.  Such a
 * mutex is registered with its owner, whose priority is the most urgent of its own, the
 * ceilings and the first waiters of its registered mutexes.
 */
#include <tn/kernel.h>
#include <tn/kernel_mutex.h>
#include <tn/kernel_time.h>

#define CHAIN_MAX 32 /* owners that wait for owners; a longer chain is not boosted to its end */

/* Kinds that are never locked or unlocked by the fast path: the word keeps TN_MUTEX_SLOW. */
static bool is_special(const struct tn_mutex *mutex)
{
    return mutex->kind & (TN_MUTEX_CEILING | TN_MUTEX_ROBUST);
}

static bool inherits(const struct tn_mutex *mutex)
{
    return !(mutex->kind & (TN_MUTEX_CEILING | TN_MUTEX_PLAIN));
}

void tn_mutex_init(struct tn_mutex *mutex, uint32_t kind, uint32_t ceiling)
{
    *mutex = (struct tn_mutex){.kind = (uint8_t)kind, .ceiling = (uint16_t)ceiling};
    mutex->word = is_special(mutex) ? TN_MUTEX_SLOW : 0;
}

static void register_held(struct tn_mutex *mutex, struct tn_thread *owner)
{
    if (!mutex->registered) {
        mutex->registered = 1;
        /* One that was made anew while it was held is the first already: no circle. */
        if (owner->held_mutexes == mutex) {
            return;
        }
        mutex->next_held = owner->held_mutexes;
        owner->held_mutexes = mutex;
    }
}

static void unregister_held(struct tn_mutex *mutex, struct tn_thread *owner)
{
    struct tn_mutex **link = &owner->held_mutexes;

    if (!mutex->registered) {
        return;
    }
    while (*link != mutex) {
        link = &(*link)->next_held;
    }
    *link = mutex->next_held;
    mutex->registered = 0;
}

static uint32_t effective_priority(const struct tn_thread *t)
{
    uint32_t prio = t->base_prio;

    for (const struct tn_mutex *m = t->held_mutexes; m != NULL; m = m->next_held) {
        if (m->kind & TN_MUTEX_CEILING && m->ceiling < prio) {
            prio = m->ceiling;
        }
        if (inherits(m) && m->waiters.first != NULL && m->waiters.first->run.level < prio) {
            prio = m->waiters.first->run.level;
        }
    }
    return prio;
}

void tn_inherit_update(struct tn_thread *t)
{
    for (int i = 0; i < CHAIN_MAX; i++) {
        uint32_t prio = effective_priority(t);

        if (prio == t->run.level) {
            return;
        }
        tn_priority_apply(t, prio);
        if (t->blocked_on == NULL || !inherits(t->blocked_on)) {
            return;
        }
        t = tn_mutex_owner(t->blocked_on);
    }
}

void tn_inherit_drop(struct tn_thread *t)
{
    struct tn_mutex *mutex = t->blocked_on;

    t->blocked_on = NULL;
    if (inherits(mutex)) {
        tn_inherit_update(tn_mutex_owner(mutex));
    }
}

/* The mutex is free and `self`, which holds the kernel lock, takes it. */
static int acquire(struct tn_mutex *mutex, struct tn_thread *self)
{
    if (mutex->state & TN_MUTEX_LOST) {
        return TN_ENOTRECOVERABLE;
    }
    if (mutex->kind & TN_MUTEX_CEILING && self->base_prio < mutex->ceiling) {
        return TN_EINVAL;
    }
    mutex->depth = 0;
    __atomic_store_n(&mutex->word, (uintptr_t)self | (is_special(mutex) ? TN_MUTEX_SLOW : 0),
                     __ATOMIC_RELAXED);
    if (is_special(mutex)) {
        register_held(mutex, self);
        tn_inherit_update(self);
    }
    return mutex->state & TN_MUTEX_DEAD ? TN_EOWNERDEAD : TN_OK;
}

/*
 * Take the mutex if it is free, or make sure that its unlock comes to us.  On several CPUs the
 * owner may unlock meanwhile by its fast path.
 */
static bool take_or_mark(struct tn_mutex *mutex, struct tn_thread *self, int *result)
{
    uintptr_t word = __atomic_load_n(&mutex->word, __ATOMIC_RELAXED);

    for (;;) {
        uintptr_t marked = word | TN_MUTEX_SLOW;

        if ((word & ~(uintptr_t)TN_MUTEX_SLOW) == 0) {
            if (is_special(mutex)) {
                *result = acquire(mutex, self);
                return true;
            }
            marked = (uintptr_t)self;
        }
        if (__atomic_compare_exchange_n(&mutex->word, &word, marked, true, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED)) {
            *result = TN_OK;
            return marked == (uintptr_t)self;
        }
    }
}

/* The caller has it already.  False: wait for ever, as POSIX asks of a normal mutex. */
static bool lock_again(struct tn_mutex *mutex, int *result)
{
    if (mutex->kind & TN_MUTEX_STALL) {
        return false;
    }
    *result = TN_EDEADLK;
    if (mutex->kind & TN_MUTEX_RECURSIVE) {
        *result = mutex->depth == UINT32_MAX ? TN_EAGAIN : TN_OK;
        mutex->depth += *result == TN_OK;
        __atomic_fetch_or(&mutex->word, TN_MUTEX_SLOW, __ATOMIC_RELAXED);
    }
    return true;
}

static int lock_once(struct tn_mutex *mutex, uint64_t deadline)
{
    struct tn_thread *self = tn_thread_self();
    struct tn_thread *owner;
    int result;

    if (tn_in_irq()) {
        return TN_EPERM;
    }
    tn_kernel_enter();
    if (tn_percpu_refuses(self)) {
        tn_kernel_leave();
        return TN_EINTR;
    }
    owner = tn_mutex_owner(mutex);
    if (owner == self && lock_again(mutex, &result)) {
        tn_kernel_leave();
        return result;
    }
    if (owner != self && take_or_mark(mutex, self, &result)) {
        tn_kernel_leave();
        return result;
    }
    if (mutex->kind & TN_MUTEX_CEILING && self->base_prio < mutex->ceiling) {
        tn_kernel_leave();
        return TN_EINVAL;
    }
    if (deadline != TN_FOREVER && deadline <= tn_time_counter()) {
        tn_kernel_leave();
        return TN_ETIMEDOUT;
    }
    if (owner != self && inherits(mutex)) {
        owner = tn_mutex_owner(mutex);
        register_held(mutex, owner);
        self->blocked_on = mutex;
        if (self->run.level < owner->run.level) {
            tn_priority_apply(owner, self->run.level);
            if (owner->blocked_on != NULL && inherits(owner->blocked_on)) {
                tn_inherit_update(tn_mutex_owner(owner->blocked_on));
            }
        }
    }
    /* Not tn_block_until(): it might find the deadline passed, and the owner has been boosted. */
    if (deadline != TN_FOREVER) {
        tn_time_start(&self->timeout, deadline);
    }
    tn_trace_event(TN_TRACE_MUTEX, mutex);
    return (int)tn_block(&mutex->waiters);
}

/* A signal does not end the wait: its handler has run, and we wait on. */
int tn_mutex_lock_slow(struct tn_mutex *mutex, uint64_t deadline)
{
    int result;

    do {
        result = lock_once(mutex, deadline);
    } while (TN_UNLIKELY(result == TN_EINTR));
    return result;
}

int tn_mutex_try(struct tn_mutex *mutex)
{
    struct tn_thread *self = tn_thread_self();
    struct tn_thread *owner;
    int result = TN_EBUSY;

    if (tn_in_irq()) {
        return TN_EPERM;
    }
    if (tn_mutex_take(mutex, self)) {
        return TN_OK;
    }
    tn_kernel_enter();
    owner = tn_mutex_owner(mutex);
    if (owner == self && mutex->kind & TN_MUTEX_RECURSIVE) {
        lock_again(mutex, &result);
    } else if (owner == NULL) {
        take_or_mark(mutex, self, &result);
    }
    tn_kernel_leave();
    return result;
}

/*
 * Nobody will ever have it again: all who wait learn it, each in a section of its own.  Lock held,
 * and held again at the end.
 */
static uint64_t give_up(struct tn_mutex *mutex, uint64_t daif)
{
    while (!tn_waitq_empty(&mutex->waiters)) {
        struct tn_thread *t = tn_waitq_pop(&mutex->waiters);

        t->blocked_on = NULL;
        tn_wake(t, TN_ENOTRECOVERABLE);
        tn_kernel_unlock(daif);
        daif = tn_kernel_lock();
    }
    return daif;
}

void tn_mutex_pass(struct tn_mutex *mutex, struct tn_thread *self, long result)
{
    uintptr_t word = is_special(mutex) ? TN_MUTEX_SLOW : 0;
    bool was_registered = mutex->registered;

    unregister_held(mutex, self);
    mutex->depth = 0;
    if (!tn_waitq_empty(&mutex->waiters)) {
        struct tn_thread *t = tn_waitq_pop(&mutex->waiters);

        tn_trace_event(TN_TRACE_MUTEX_PASS, mutex);
        word |= (uintptr_t)t | (tn_waitq_empty(&mutex->waiters) ? 0 : TN_MUTEX_SLOW);
        t->blocked_on = NULL;
        __atomic_store_n(&mutex->word, word, __ATOMIC_RELEASE);
        if (word & TN_MUTEX_SLOW) {
            register_held(mutex, t);
        }
        tn_wake(t, result);
        if (word & TN_MUTEX_SLOW) {
            tn_inherit_update(t);
        }
    } else {
        __atomic_store_n(&mutex->word, word, __ATOMIC_RELEASE);
    }
    if (was_registered) {
        tn_inherit_update(self);
    }
}

int tn_mutex_unlock_slow(struct tn_mutex *mutex)
{
    struct tn_thread *self = tn_thread_self();
    uint64_t daif;

    if (tn_mutex_owner(mutex) != self || tn_in_irq()) {
        return TN_EPERM;
    }
    daif = tn_kernel_lock();
    if (mutex->depth > 0) {
        mutex->depth--;
        tn_kernel_unlock(daif);
        return TN_OK;
    }
    if (mutex->state & TN_MUTEX_DEAD) {
        mutex->state = TN_MUTEX_LOST;
        daif = give_up(mutex, daif);
    }
    tn_mutex_pass(mutex, self, TN_OK);
    return (int)tn_reschedule(tn_ready_first(tn_cpu_of(self)), daif, TN_OK);
}

void tn_mutex_owner_ends(struct tn_thread *t)
{
    struct tn_mutex *m = t->held_mutexes;

    while (m != NULL) {
        struct tn_mutex *next = m->next_held;

        if (m->kind & TN_MUTEX_ROBUST) {
            if (!(m->state & TN_MUTEX_LOST)) {
                m->state = TN_MUTEX_DEAD;
            }
            tn_mutex_pass(m, t, TN_EOWNERDEAD);
        }
        m = next;
    }
}

int tn_mutex_repair(struct tn_mutex *mutex)
{
    if (!(mutex->state & TN_MUTEX_DEAD) || tn_mutex_owner(mutex) != tn_thread_self()) {
        return TN_EINVAL;
    }
    mutex->state = 0;
    return TN_OK;
}

int tn_mutex_set_ceiling(struct tn_mutex *mutex, uint32_t ceiling)
{
    uint32_t old = mutex->ceiling;
    int result;

    if (!(mutex->kind & TN_MUTEX_CEILING) || ceiling > TN_PRIO_LEAST) {
        return TN_EINVAL;
    }
    /* POSIX: locking it for this does not obey the ceiling. */
    mutex->ceiling = 0;
    result = tn_mutex_lock(mutex);
    mutex->ceiling = (uint16_t)(result == TN_OK ? ceiling : old);
    if (result == TN_OK) {
        tn_mutex_unlock(mutex);
    }
    return result == TN_OK ? (int)old : result;
}
