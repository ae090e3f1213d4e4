/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for signals: until a handler has run, or for one of a set that is not to be handled. */
#include <errno.h>
#include <signal.h>
#include <tn/kernel_time.h>
#include <unistd.h>

#include "internal.h"

static int fail(int code)
{
    errno = code;
    return -1;
}

/* Wait for a signal that is handled, or, with `waiting`, for one of a set; 0: woken by it. */
static long wait_signal(struct posix_thread *self, uint64_t deadline)
{
    static struct tn_waitq nowhere;

    (void)self;
    if (deadline == TN_FOREVER) {
        return tn_block(&nowhere);
    }
    return tn_block_until(&nowhere, deadline);
}

int sigsuspend(const sigset_t *set)
{
    struct posix_thread *self = posix_cancel_begin();
    sigset_t before = self->mask;
    uint32_t handled = self->handled;

    self->mask = *set & ~POSIX_UNBLOCKABLE;
    posix_deliver();
    for (;;) {
        tn_kernel_enter();
        if (self->handled != handled || self->cancelled) {
            tn_kernel_leave();
            break;
        }
        wait_signal(self, TN_FOREVER);
    }
    self->mask = before;
    posix_deliver();
    posix_cancel_end(self);
    return fail(EINTR);
}

int pause(void)
{
    sigset_t mask = posix_self()->mask;

    return sigsuspend(&mask);
}

/* The signal, or a negative error. */
static int wait_set(sigset_t set, siginfo_t *info, uint64_t deadline)
{
    struct posix_thread *self = posix_cancel_begin();
    long result = TN_OK;

    tn_kernel_enter();
    if (posix_take_pending(self, set, &self->info)) {
        tn_kernel_leave();
    } else if (deadline == 0) {
        tn_kernel_leave();
        result = TN_ETIMEDOUT;
    } else {
        self->waiting = set;
        posix_signal_waiters++;
        result = wait_signal(self, deadline);
        tn_kernel_enter();
        if (self->waiting == 0) {
            result = TN_OK; /* a signal came behind what ended the wait */
        }
        self->waiting = 0;
        posix_signal_waiters--;
        tn_kernel_leave();
    }
    posix_cancel_end(self);
    if (result != TN_OK) {
        return result == TN_ETIMEDOUT ? TN_EAGAIN : (int)result;
    }
    if (info != NULL) {
        *info = self->info;
    }
    return self->info.si_signo;
}

int sigwait(const sigset_t *set, int *sig)
{
    int result;

    do {
        result = wait_set(*set, NULL, TN_FOREVER);
    } while (result == TN_EINTR);
    *sig = result;
    return 0;
}

int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
    return posix_result(wait_set(*set, info, TN_FOREVER));
}

int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout)
{
    uint64_t ns;

    if (timeout == NULL) {
        return sigwaitinfo(set, info);
    }
    if (timeout->tv_nsec < 0 || timeout->tv_nsec >= (long)TN_NS_PER_SEC || timeout->tv_sec < 0) {
        return fail(EINVAL);
    }
    ns = (uint64_t)timeout->tv_sec * TN_NS_PER_SEC + (uint64_t)timeout->tv_nsec;
    return posix_result(wait_set(*set, info, ns == 0 ? 0 : tn_time_to_ticks(tn_time_now() + ns)));
}
