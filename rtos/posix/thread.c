/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pthread_create() and what becomes of a thread.  Stack and struct are one block of the heap.  A
 * detached thread cannot free the stack on which it ends: the next creation does.
 */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <tn/guard.h>
#include <tn/sem.h>

#include "internal.h"

#define DEFAULT_STACK CONFIG_POSIX_STACK
#define DEFAULT_SLICE_NS (CONFIG_POSIX_SLICE_MS * 1000000ull)
#define BLOCK_ALIGN 16
#define STAGGER 64 /* bytes by which the stacks of successive threads differ, see new_stack() */
#define STAGGERS 16

static struct posix_thread main_part;
static struct posix_thread *dead; /* detached ones to be freed */
static uint32_t created;
static uint32_t alive; /* threads made by pthread_create() */
static bool main_left;
struct tn_mutex posix_mutex = {.kind = TN_MUTEX_RECURSIVE};
static struct tn_sem others_gone = TN_SEM_INIT(0, 1);

/*
 * A native thread, or main, becomes a POSIX thread by its first POSIX call.  main and those who
 * inherit from it are SCHED_OTHER: they share the CPU among equals, as programs expect that
 * wait for each other in a loop.
 */
static __attribute__((noinline)) struct posix_thread *adopt(struct tn_thread *t)
{
    struct posix_thread *p = t == tn_thread_main() ? &main_part : calloc(1, sizeof(*p));

    if (p == NULL) {
        abort();
    }
    p->native = t;
    if (p == &main_part) {
        p->policy = SCHED_OTHER;
        tn_thread_set_slice(t, DEFAULT_SLICE_NS);
    } else {
        p->policy = t->slice != 0 ? SCHED_RR : SCHED_FIFO;
    }
    t->posix = p;
    return p;
}

struct posix_thread *posix_self(void)
{
    struct tn_thread *self = tn_thread_self();

    return TN_LIKELY(self->posix != NULL) ? self->posix : adopt(self);
}

static struct tn_thread *native(struct posix_thread *p)
{
    return p == &main_part ? tn_thread_main() : &p->thread;
}

pthread_t pthread_self(void)
{
    posix_self();
    return (pthread_t)tn_thread_self();
}

int pthread_equal(pthread_t a, pthread_t b)
{
    return a == b;
}

struct posix_thread *posix_find(pthread_t thread)
{
    struct tn_thread *t = (struct tn_thread *)thread;

    if (!tn_thread_exists(t)) {
        return NULL;
    }
    return t->posix != NULL ? t->posix : adopt(t);
}

/* `p` is to be freed, once.  Kernel lock held. */
static void bury(struct posix_thread *p)
{
    if (!p->buried) {
        p->buried = 1;
        p->next_dead = dead;
        dead = p;
    }
}

/* Nobody's stack is freed who still ends on it: the kernel lock is held until he is off it. */
static struct posix_thread *take_dead(void)
{
    for (struct posix_thread **link = &dead; *link != NULL; link = &(*link)->next_dead) {
        struct posix_thread *p = *link;

        if (p->memory == NULL || p->thread.state & TN_THREAD_ENDED) {
            *link = p->next_dead;
            return p;
        }
    }
    return NULL;
}

/* Stack, struct and all; the heap writes into what is free. */
static void give_back(struct posix_thread *p)
{
    if (CONFIG_TN_STACK_GUARD && p->thread.guard != 0) {
        tn_guard_clear(p->memory, p->thread.guard);
    }
    free(p->memory);
}

static void free_dead(void)
{
    for (;;) {
        uint64_t daif = tn_kernel_lock();
        struct posix_thread *p = take_dead();

        tn_kernel_unlock(daif);
        if (p == NULL) {
            return;
        }
        _reclaim_reent(&p->reent);
        give_back(p);
    }
}

static void *start(void *arg)
{
    struct posix_thread *p = arg;

    pthread_exit(p->entry(p->arg));
}

struct plan {
    int policy;
    int priority;
    size_t stack_size;
    size_t guard; /* bytes below a stack of ours */
    void *stack;
    bool detached;
};

static int make_plan(const pthread_attr_t *attr, struct plan *plan)
{
    struct tn_thread *self = tn_thread_self();

    *plan = (struct plan){
        .policy = posix_self()->policy,
        .priority = posix_prio_of(self->base_prio),
        .stack_size = DEFAULT_STACK,
        .guard = POSIX_GUARD,
    };
    if (attr == NULL) {
        return 0;
    }
    if (!attr->is_initialized) {
        return EINVAL;
    }
    plan->detached = attr->detachstate == PTHREAD_CREATE_DETACHED;
    plan->stack = attr->stackaddr;
    plan->guard = plan->stack != NULL ? 0 : TN_ALIGN_UP(attr->guardsize, POSIX_PAGE);
    plan->stack_size = attr->stacksize;
    if (plan->stack != NULL) { /* as malloc() returns it; ours begins at a multiple of 16 */
        plan->stack = (void *)(((uintptr_t)plan->stack + TN_STACK_ALIGN - 1) &
                               ~(uintptr_t)(TN_STACK_ALIGN - 1));
        plan->stack_size -= (size_t)((char *)plan->stack - (char *)attr->stackaddr);
    }
    if (attr->inheritsched == PTHREAD_EXPLICIT_SCHED) {
        plan->policy = attr->schedpolicy;
        plan->priority = attr->schedparam.sched_priority;
    }
    if (plan->priority < sched_get_priority_min(plan->policy) ||
        plan->priority > sched_get_priority_max(plan->policy)) {
        return EINVAL;
    }
    return 0;
}

/*
 * Stack tops a multiple of the page apart would meet in the same cache sets; so each thread's
 * stack begins some lines further down.
 */
static size_t stagger(void)
{
    return created++ % STAGGERS * STAGGER;
}

/* `size` bytes below which, in the same block, there are `guard` bytes that fault. */
static char *get_memory(size_t guard, size_t size)
{
    char *memory = NULL;

    if (size <= PTRDIFF_MAX / 2 && guard <= PTRDIFF_MAX / 4) { /* newlib's sums do not wrap */
        memory = memalign(guard != 0 ? POSIX_PAGE : BLOCK_ALIGN, guard + size);
    }
    if (CONFIG_TN_STACK_GUARD && memory != NULL && guard != 0 &&
        tn_guard_set(memory, guard) != TN_OK) {
        free(memory);
        return NULL;
    }
    return memory;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*entry)(void *), void *arg)
{
    struct plan plan;
    struct posix_thread *p;
    char *memory, *stack;
    size_t size;
    int code = make_plan(attr, &plan);

    if (code != 0) {
        return code;
    }
    free_dead();
    size = plan.stack != NULL ? 0 : (plan.stack_size + stagger()) & ~(size_t)(BLOCK_ALIGN - 1);
    memory = get_memory(plan.guard, sizeof(*p) + size);
    if (memory == NULL) {
        return EAGAIN;
    }
    stack = plan.stack != NULL ? plan.stack : memory + plan.guard;
    p = (struct posix_thread *)(void *)(memory + plan.guard + size);
    memset(p, 0, sizeof(*p));
    p->memory = memory;
    p->entry = entry;
    p->arg = arg;
    p->policy = plan.policy;
    p->mask = posix_self()->mask;
    _REENT_INIT_PTR(&p->reent);

    const struct tn_thread_attr native_attr = {
        .name = p->name,
        .stack = stack,
        .stack_size = plan.stack != NULL ? plan.stack_size & ~15ul : size,
        .guard = plan.guard,
        .prio = posix_prio(plan.priority),
        .slice_ns = plan.policy == SCHED_FIFO ? 0 : DEFAULT_SLICE_NS,
        .detached = plan.detached,
        .suspended = true,
    };
    memcpy(p->name, "thread", sizeof("thread"));
    if (tn_thread_create(&p->thread, &native_attr, start, p) != TN_OK) {
        p->thread.guard = plan.guard;
        give_back(p);
        return EINVAL;
    }
    p->thread.posix = p;
    p->thread.reent = &p->reent;
    *thread = (pthread_t)&p->thread;
    __atomic_fetch_add(&alive, 1, __ATOMIC_SEQ_CST);
    tn_thread_resume(&p->thread);
    return 0;
}

/* In this order, and main in the other: one of the two sees what the other did. */
static void one_less(void)
{
    if (__atomic_sub_fetch(&alive, 1, __ATOMIC_SEQ_CST) == 0 &&
        __atomic_load_n(&main_left, __ATOMIC_SEQ_CST)) {
        tn_sem_give(&others_gone);
    }
}

int posix_create_service(pthread_t *thread, const pthread_attr_t *attr, void *(*entry)(void *))
{
    int code;

    posix_lock();
    code = pthread_create(thread, attr, entry, NULL);
    if (code == 0) {
        one_less();
    }
    posix_unlock();
    return code;
}

/* main ends by pthread_exit(): the program goes on until the last other thread has ended. */
static TN_NORETURN void wait_for_others(void)
{
    __atomic_store_n(&main_left, true, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&alive, __ATOMIC_SEQ_CST) == 0) {
        exit(0);
    }
    while (tn_sem_take(&others_gone) != TN_OK) {}
    exit(0);
}

static void run_cleanups(struct posix_thread *self)
{
    while (self->cleanups != NULL) {
        struct _pthread_cleanup *cleanup = self->cleanups;

        self->cleanups = cleanup->_next;
        cleanup->_routine(cleanup->_arg);
    }
}

void posix_run_destructors(struct posix_thread *self);

void pthread_exit(void *value)
{
    struct posix_thread *self = posix_self();
    struct tn_thread *t = tn_thread_self();
    uint64_t daif;

    self->cancel_state = PTHREAD_CANCEL_DISABLE;
    self->exiting = 1;
    run_cleanups(self);
    posix_run_destructors(self);
    if (self == &main_part) {
        wait_for_others();
    }
    /* It is main's turn, where this was the last, only behind this thread's end. */
    tn_sched_lock();
    one_less();
    daif = tn_kernel_lock();
    self->left = 1;
    if (t->detached) {
        bury(self);
    }
    tn_kernel_unlock(daif);
    tn_thread_exit(value);
}

int pthread_join(pthread_t thread, void **value)
{
    struct posix_thread *self, *p;
    struct tn_thread *t;
    int code;

    if (thread == (pthread_t)tn_thread_self()) {
        return EDEADLK;
    }
    p = posix_find(thread);
    if (p == NULL) {
        return ESRCH;
    }
    t = native(p);
    if (t->detached) {
        return EINVAL;
    }
    do {
        self = posix_cancel_begin();
        code = tn_thread_join(t, value, TN_FOREVER);
        posix_cancel_end(self);
    } while (code == TN_EINTR);
    if (code == TN_OK && p->memory != NULL) {
        _reclaim_reent(&p->reent);
        give_back(p);
    }
    return -code;
}

int pthread_detach(pthread_t thread)
{
    struct posix_thread *p = posix_find(thread);
    uint64_t daif;

    if (p == NULL) {
        return ESRCH;
    }
    if (tn_thread_detach(native(p)) != TN_OK) {
        return EINVAL;
    }
    daif = tn_kernel_lock();
    if (p->left) {
        bury(p);
    }
    tn_kernel_unlock(daif);
    free_dead();
    return 0;
}
