/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the POSIX layer share. */
#ifndef TN_POSIX_INTERNAL_H
#define TN_POSIX_INTERNAL_H

#include <pthread.h>
#include <reent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <tn/kernel.h>
#include <tn/mutex.h>
#include <tn/thread.h>
#include <tn/time.h>

#define KEYS CONFIG_POSIX_KEYS
#define NAME_MAX_NP 16
#define POSIX_PAGE ((size_t)4096)
#define POSIX_GUARD (CONFIG_TN_STACK_GUARD ? POSIX_PAGE : 0) /* below a stack, by default */

/* What a POSIX thread has beyond a native one. */
struct posix_thread {
    struct tn_thread thread; /* first: pthread_t is its address */
    struct _reent reent;
    char name[NAME_MAX_NP];
    void *memory; /* of stack and this struct, to be freed; NULL: the main thread's */
    int policy;
    struct _pthread_cleanup *cleanups;
    void *values[KEYS];

    uint8_t cancel_state; /* PTHREAD_CANCEL_* */
    uint8_t cancel_type;
    uint8_t cancelled;    /* somebody asked */
    uint8_t cancel_point; /* is waiting where cancellation ends the wait */
    uint8_t exiting;
    uint8_t left;   /* will not look at `detached` any more */
    uint8_t buried; /* is in the list of those to be freed */

    sigset_t mask;     /* blocked */
    sigset_t pending;  /* sent to this thread */
    sigset_t waiting;  /* in sigwait() */
    siginfo_t info;    /* of what sigwait() got */
    uint32_t handled;  /* handlers that were called */
    uint8_t restart;   /* all handlers since it was set had SA_RESTART */
    uint8_t async;     /* posix_deliver() is on its way */
    stack_t alternate; /* sigaltstack(); ss_size 0: none */
    /* Calls a handler on it; set by sigaltstack(), so that others do not link it. */
    void (*on_alternate)(const stack_t *stack, const struct sigaction *action, siginfo_t *info);
    struct tn_thread *native; /* of an adopted thread, whose own `thread` is not used */
    void *(*entry)(void *);   /* until it starts */
    void *arg;
    struct posix_thread *next_dead;
};

/* The calling thread's.  Every thread has one from its first POSIX call on. */
struct posix_thread *posix_self(void);

/* The thread that `thread` names, or NULL if it never was or is gone. */
struct posix_thread *posix_find(pthread_t thread);

/* A valid timespec of `clock` as ticks for a wait; false: invalid.  Passed times give 0. */
bool posix_deadline(clockid_t clock, const struct timespec *ts, uint64_t *ticks);

/* Who is told when CLOCK_REALTIME was set: `changed` is called with the scheduler locked. */
struct posix_clock_listener {
    struct posix_clock_listener *next;
    void (*changed)(void);
};

/* For good; `listener` is in no list yet. */
void posix_clock_listen(struct posix_clock_listener *listener);

/*
 * Mutual exclusion among threads for what this layer keeps in lists and tables.  Thread context;
 * it may be taken again by who has it.  On one CPU to keep others from running is cheaper.
 */
extern struct tn_mutex posix_mutex;

static inline void posix_lock(void)
{
    if (CONFIG_CPUS > 1) {
        tn_mutex_lock(&posix_mutex);
    } else {
        tn_sched_lock();
    }
}

static inline void posix_unlock(void)
{
    if (CONFIG_CPUS > 1) {
        tn_mutex_unlock(&posix_mutex);
    } else {
        tn_sched_unlock();
    }
}

/* POSIX's priorities are turned round: 255 is the most urgent. */
static inline uint32_t posix_prio(int priority)
{
    return TN_PRIO_LEAST - (uint32_t)priority;
}

static inline int posix_prio_of(uint32_t prio)
{
    return (int)(TN_PRIO_LEAST - prio);
}

/* pthread_testcancel() without a call while there is nothing to do. */
static inline void posix_cancel_test(void)
{
    const struct posix_thread *self = tn_thread_self()->posix;

    if (TN_UNLIKELY(self != NULL && self->cancelled)) {
        pthread_testcancel();
    }
}

/*
 * A wait that cancellation may end begins: first said, then looked at `cancelled`.
 * pthread_cancel() does it the other way round, so one of the two sees the other.
 */
static inline void posix_cancel_announce(struct posix_thread *self)
{
    self->cancel_point = 1;
    if (CONFIG_CPUS > 1) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    } else {
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    }
}

/* Around a wait that is a cancellation point. */
static inline struct posix_thread *posix_cancel_begin(void)
{
    struct posix_thread *self = posix_self();

    posix_cancel_announce(self);
    if (TN_UNLIKELY(self->cancelled)) {
        pthread_testcancel();
    }
    return self;
}

static inline void posix_cancel_end(struct posix_thread *self)
{
    self->cancel_point = 0;
    if (TN_UNLIKELY(self->cancelled)) {
        pthread_testcancel();
    }
}

/* The calling thread's signals that are pending and not blocked are delivered. */
void posix_deliver(void);

/*
 * What tn_thread_async() makes a thread do for this layer, always the same since there is one
 * place for it: deliver signals, and end if it was cancelled and may be at any time.
 */
void posix_async(void);

/* How many threads are in sigwait() and its kin.  Kernel lock. */
extern uint32_t posix_signal_waiters;

#define POSIX_SIGNAL(sig) ((sigset_t)1 << (sig))
#define POSIX_UNBLOCKABLE (POSIX_SIGNAL(SIGKILL) | POSIX_SIGNAL(SIGSTOP))

/*
 * Take the first pending signal of `set`, lowest number first, for `p` or the process; false:
 * there is none.  Kernel lock held.
 */
bool posix_take_pending(struct posix_thread *p, sigset_t set, siginfo_t *info);

/* Send `sig` to a thread, or, `thread` NULL, to the program.  Any context. */
int posix_send(struct posix_thread *thread, int sig, int code, union sigval value);

/*
 * Whose signal of a timer is pending: `taken` is called, kernel lock held, when it is delivered
 * or, `delivered` false, was ignored at once.
 */
struct posix_expiry {
    bool pending;
    void (*taken)(struct posix_expiry *expiry, bool delivered);
};

/* A timer that has no signal pending expired: send `sig` to the program.  Any context. */
void posix_send_expiry(struct posix_expiry *expiry, int sig, union sigval value);

/* A pending signal of this timer stays pending, but the timer will not hear of it. */
void posix_forget_expiry(struct posix_expiry *expiry);

/* Call event's function in a new detached thread.  Thread context. */
void posix_call_thread(const struct sigevent *event, const pthread_attr_t *attr);

/* pthread_create() of a thread that never ends and for which the program does not wait. */
int posix_create_service(pthread_t *thread, const pthread_attr_t *attr, void *(*entry)(void *));

/* Call an SA_ONSTACK handler on `stack`, or where we are if that is on it. */
void posix_call_on(const stack_t *stack, const struct sigaction *action, siginfo_t *info);

#define POSIX_SYSTEM 1 /* the system's own process: it exists, and lets nobody change it */

/* 0 if `pid` (0: the caller's) is this program, else EPERM or ESRCH. */
int posix_pid(pid_t pid);

/* The same for who only asks: user 0 may ask about the system, and sees the program's own. */
int posix_pid_seen(pid_t pid);

/* The program has the rights of user 0. */
bool posix_privileged(void);

/* Of a named object: who made it, and its permissions as of chmod(). */
struct posix_owner {
    unsigned user, group, mode;
};

/* The calling program's, with these permissions. */
struct posix_owner posix_owner(unsigned mode);

#define POSIX_READ 4u
#define POSIX_WRITE 2u

/* The program has all rights of `want`, POSIX_READ and POSIX_WRITE, to the object. */
bool posix_may_open(const struct posix_owner *owner, unsigned want);
bool posix_may_unlink(const struct posix_owner *owner);

/* Set errno and return -1 for a native error code, 0 for TN_OK. */
int posix_result(int code);

#endif
