/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals among threads of the one process.  A signal is pending for a thread or for the process
 * until somebody who does not block it runs; then its handler is called in that thread's
 * context (tn_thread_async()).  Faults are not signals here: they end the image.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <tn/kernel_end.h>
#include <tn/kernel_time.h>
#include <unistd.h>

#include "internal.h"

#define QUEUE CONFIG_POSIX_SIGNALS

/* A pending signal.  Standard signals are pending once for each receiver. */
struct queued {
    struct queued *next;
    struct posix_thread *thread; /* NULL: the process */
    struct posix_expiry *expiry; /* of the timer that sent it */
    siginfo_t info;
};

static struct sigaction actions[NSIG];
static struct queued pool[QUEUE];
static struct queued *free_list;
static struct queued *head, **tail = &head;
static sigset_t process_pending;
static bool started;

uint32_t posix_signal_waiters;

static int fail(int code)
{
    errno = code;
    return -1;
}

static bool is_signal(int sig)
{
    return sig > 0 && sig < NSIG;
}

static struct tn_thread *native(struct posix_thread *p)
{
    return p->memory == NULL ? p->native : &p->thread;
}

/* Kernel lock held, all of the following. */
static struct queued *take_free(void)
{
    struct queued *q;

    if (!started) {
        started = true;
        for (int i = 0; i < QUEUE; i++) {
            pool[i].next = free_list;
            free_list = &pool[i];
        }
    }
    q = free_list;
    if (q != NULL) {
        free_list = q->next;
    }
    return q;
}

static sigset_t *pending_of(struct posix_thread *p)
{
    return p != NULL ? &p->pending : &process_pending;
}

static int add_pending(struct posix_thread *p, const siginfo_t *info, struct posix_expiry *from)
{
    sigset_t *pending = pending_of(p);
    struct queued *q;

    if (info->si_signo < SIGRTMIN && *pending & POSIX_SIGNAL(info->si_signo)) {
        return 0;
    }
    q = take_free();
    if (q == NULL) {
        return TN_EAGAIN;
    }
    *q = (struct queued){.thread = p, .info = *info, .expiry = from};
    if (from != NULL) {
        from->pending = true;
    }
    *tail = q;
    tail = &q->next;
    *pending |= POSIX_SIGNAL(info->si_signo);
    return 0;
}

/* The timer's signal is not pending any more, and the timer goes on. */
static void taken(struct posix_expiry *expiry, bool delivered)
{
    expiry->pending = false;
    expiry->taken(expiry, delivered);
}

/* Take *link out of the queue: its signal is delivered, or nobody's business any more. */
static void release(struct queued **link)
{
    struct queued *q = *link;

    if (q->expiry != NULL) {
        taken(q->expiry, true);
    }
    *link = q->next;
    if (tail == &q->next) {
        tail = link;
    }
    q->next = free_list;
    free_list = q;
}

/* Forget all pending signals of this number: it is ignored from now on. */
static void discard(int sig)
{
    struct queued **link = &head;

    while (*link != NULL) {
        if ((*link)->info.si_signo == sig) {
            *pending_of((*link)->thread) &= ~POSIX_SIGNAL(sig);
            release(link);
        } else {
            link = &(*link)->next;
        }
    }
}

bool posix_take_pending(struct posix_thread *p, sigset_t set, siginfo_t *info)
{
    sigset_t ready = (p->pending | process_pending) & set;
    struct queued **link, **found = NULL;
    struct posix_thread *receiver;
    bool more = false;
    int sig;

    if (ready == 0) {
        return false;
    }
    sig = __builtin_ctzl(ready);
    receiver = p->pending & POSIX_SIGNAL(sig) ? p : NULL;
    for (link = &head; *link != NULL; link = &(*link)->next) {
        if ((*link)->thread == receiver && (*link)->info.si_signo == sig) {
            more = found != NULL;
            if (more) {
                break;
            }
            found = link;
        }
    }
    if (!more) {
        *pending_of(receiver) &= ~POSIX_SIGNAL(sig);
    }
    if (found == NULL) {
        return false;
    }
    struct queued *q = *found;

    *info = q->info;
    release(found);
    return true;
}

static bool is_ignored_by_default(int sig)
{
    return sig == SIGCHLD || sig == SIGURG || sig == SIGWINCH || sig == SIGCONT;
}

static bool is_ignored(int sig)
{
    return actions[sig].sa_handler == SIG_IGN ||
           (actions[sig].sa_handler == SIG_DFL && is_ignored_by_default(sig));
}

static bool accepts(const struct posix_thread *p, int sig)
{
    return !(p->mask & POSIX_SIGNAL(sig)) || p->waiting & POSIX_SIGNAL(sig);
}

static bool takes(const struct tn_thread *t, int sig)
{
    const struct posix_thread *p = t->posix;

    return p != NULL && !(t->state & TN_THREAD_ENDED) && !p->exiting && accepts(p, sig);
}

/* The first thread that is in sigwait() for it, or else the first that does not block it. */
static struct posix_thread *search(int sig)
{
    struct posix_thread *any = NULL;

    for (struct tn_thread *t = tn_thread_all(); t != NULL; t = t->all[0]) {
        struct posix_thread *p = t->posix;

        if (takes(t, sig)) {
            if (p->waiting & POSIX_SIGNAL(sig)) {
                return p;
            }
            any = any == NULL ? p : any;
        }
    }
    return any;
}

/*
 * Who is to have a signal for the process: who waits for it, the main thread, anybody.  A main
 * thread that would not get the CPU leaves it to the running thread: a handler that a busy loop
 * of a more urgent thread waits for is called all the same.
 */
static struct posix_thread *choose(int sig)
{
    struct tn_thread *self = tn_thread_self();
    struct tn_thread *first = tn_thread_main();
    struct posix_thread *found = posix_signal_waiters != 0 ? search(sig) : NULL;

    if (found != NULL && found->waiting & POSIX_SIGNAL(sig)) {
        return found;
    }
    if (!takes(first, sig) || (takes(self, sig) && self->run.level < first->run.level)) {
        first = self;
    }
    return takes(first, sig) ? first->posix : found != NULL ? found : search(sig);
}

/* Make `p` see its new signal.  Releases the lock. */
static void notify(struct posix_thread *p, const siginfo_t *info, uint64_t daif)
{
    struct tn_thread *t = native(p);
    bool woken;

    if (p->waiting & POSIX_SIGNAL(info->si_signo)) {
        posix_take_pending(p, p->waiting, &p->info);
        p->waiting = 0;
        woken = tn_wait_interrupt(t, TN_OK);
    } else if (t == tn_thread_self() && !tn_in_irq()) {
        tn_kernel_unlock(daif);
        posix_deliver();
        return;
    } else {
        woken = tn_wait_interrupt(t, TN_EINTR);
        if (!p->async) {
            p->async = 1;
            tn_thread_async(t, posix_async);
        }
    }
    if (woken) {
        tn_reschedule(t, daif, TN_OK);
    } else {
        tn_kernel_unlock(daif);
    }
}

/* Lock held; released. */
static int send(struct posix_thread *thread, const siginfo_t *info, struct posix_expiry *from,
                uint64_t daif)
{
    int sig = info->si_signo;
    struct posix_thread *to;
    int result;

    to = thread != NULL ? thread : choose(sig);
    /* Who blocks it may still wait for it or choose an action before it is delivered. */
    if (is_ignored(sig) && to != NULL && accepts(to, sig) && !(to->waiting & POSIX_SIGNAL(sig))) {
        if (from != NULL) {
            taken(from, false);
        }
        tn_kernel_unlock(daif);
        return 0;
    }
    result = add_pending(thread, info, from);
    if (from != NULL && !from->pending) {
        taken(from, false); /* there is one of this number already, or no room */
    }
    if (result != 0 || to == NULL || !accepts(to, sig)) {
        tn_kernel_unlock(daif);
        return result;
    }
    notify(to, info, daif);
    return 0;
}

int posix_send(struct posix_thread *thread, int sig, int code, union sigval value)
{
    siginfo_t info = {.si_signo = sig, .si_code = code, .si_pid = getpid(), .si_value = value};

    if (!is_signal(sig)) {
        return sig == 0 ? 0 : TN_EINVAL;
    }
    return send(thread, &info, NULL, tn_kernel_lock());
}

void posix_send_expiry(struct posix_expiry *expiry, int sig, union sigval value)
{
    siginfo_t info = {.si_signo = sig, .si_code = SI_TIMER, .si_pid = getpid(), .si_value = value};

    send(NULL, &info, expiry, tn_kernel_lock());
}

void posix_forget_expiry(struct posix_expiry *expiry)
{
    uint64_t daif = tn_kernel_lock();

    if (expiry->pending) {
        expiry->pending = false;
        for (struct queued *q = head; q != NULL; q = q->next) {
            if (q->expiry == expiry) {
                q->expiry = NULL;
            }
        }
    }
    tn_kernel_unlock(daif);
}

static void call_handler(struct posix_thread *self, siginfo_t *info)
{
    int sig = info->si_signo;
    uint64_t daif = tn_kernel_lock();
    struct sigaction action = actions[sig];
    sigset_t before = self->mask;
    int saved = errno;

    tn_kernel_unlock(daif);
    if (action.sa_handler == SIG_IGN) {
        return;
    }
    if (action.sa_handler == SIG_DFL) {
        if (!is_ignored_by_default(sig)) {
            tn_image_exit(128 + sig);
        }
        return;
    }
    if (!(action.sa_flags & SA_RESTART)) {
        self->restart = 0;
    }
    if (action.sa_flags & SA_RESETHAND) {
        actions[sig].sa_handler = SIG_DFL;
    }
    self->mask |= action.sa_mask | (action.sa_flags & SA_NODEFER ? 0 : POSIX_SIGNAL(sig));
    if (action.sa_flags & SA_ONSTACK && self->alternate.ss_size != 0) {
        self->on_alternate(&self->alternate, &action, info);
    } else {
        action.sa_sigaction(sig, info, NULL); /* one without SA_SIGINFO reads the first only */
    }
    self->mask = before;
    errno = saved;
}

void posix_deliver(void)
{
    struct posix_thread *self = posix_self();
    siginfo_t info;
    uint64_t daif;
    bool found;

    self->async = 0;
    do {
        daif = tn_kernel_lock();
        found = posix_take_pending(self, ~self->mask, &info);
        tn_kernel_unlock(daif);
        if (found) {
            self->handled++;
            call_handler(self, &info);
        }
    } while (found);
}

int sigaction(int sig, const struct sigaction *action, struct sigaction *old)
{
    uint64_t daif;

    if (!is_signal(sig) || (action != NULL && POSIX_SIGNAL(sig) & POSIX_UNBLOCKABLE)) {
        return fail(EINVAL);
    }
    posix_self(); /* the caller is to be found when the signal comes */
    daif = tn_kernel_lock();
    if (old != NULL) {
        *old = actions[sig];
    }
    if (action != NULL) {
        actions[sig] = *action;
        if (is_ignored(sig)) {
            discard(sig);
        }
    }
    tn_kernel_unlock(daif);
    return 0;
}

_sig_func_ptr signal(int sig, _sig_func_ptr handler)
{
    struct sigaction old;

    if (sigaction(sig, &(struct sigaction){.sa_handler = handler}, &old) != 0) {
        return SIG_ERR;
    }
    return old.sa_handler;
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
    struct posix_thread *self = posix_self();
    sigset_t mask = self->mask;
    uint64_t daif;

    if (old != NULL) {
        *old = mask;
    }
    if (set == NULL) {
        return 0;
    }
    switch (how) {
    case SIG_BLOCK:
        mask |= *set;
        break;
    case SIG_UNBLOCK:
        mask &= ~*set;
        break;
    case SIG_SETMASK:
        mask = *set;
        break;
    default:
        return EINVAL;
    }
    /* Who sends from another CPU finds the new mask, or we find what was sent. */
    daif = tn_kernel_lock();
    self->mask = mask & ~POSIX_UNBLOCKABLE;
    tn_kernel_unlock(daif);
    if ((self->pending | process_pending) & ~self->mask) {
        posix_deliver();
    }
    return 0;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    int code = pthread_sigmask(how, set, old);

    return code != 0 ? fail(code) : 0;
}

int sigpending(sigset_t *set)
{
    struct posix_thread *self = posix_self();

    *set = (self->pending | process_pending) & self->mask;
    return 0;
}

int pthread_kill(pthread_t thread, int sig)
{
    struct posix_thread *p = posix_find(thread);

    if (p == NULL) {
        return ESRCH;
    }
    return -posix_send(p, sig, SI_USER, (union sigval){0});
}

int raise(int sig)
{
    return posix_result(posix_send(posix_self(), sig, SI_USER, (union sigval){0}));
}

int kill(pid_t pid, int sig)
{
    int code = pid == -1 || pid == -getpid() ? 0 : posix_pid(pid);

    if (sig < 0 || sig >= NSIG) {
        return fail(EINVAL);
    }
    if (code == EPERM && sig == 0 && posix_privileged()) {
        return 0;
    }
    if (code != 0) {
        return fail(code);
    }
    return posix_result(posix_send(NULL, sig, SI_USER, (union sigval){0}));
}

int killpg(pid_t group, int sig)
{
    return kill(group, sig);
}

int sigqueue(pid_t pid, int sig, union sigval value)
{
    int code = pid == 0 ? ESRCH : posix_pid(pid);

    if (code != 0) {
        return fail(code);
    }
    return posix_result(posix_send(NULL, sig, SI_QUEUE, value));
}
