/* SPDX-License-Identifier: Apache-2.0 */
/* The older interface to a signal's action and mask (XSI, obsolescent): by single signals. */
#include <errno.h>
#include <signal.h>

static int change(int how, int sig)
{
    sigset_t set;

    sigemptyset(&set);
    return sigaddset(&set, sig) != 0 ? -1 : sigprocmask(how, &set, NULL);
}

int sighold(int sig)
{
    return change(SIG_BLOCK, sig);
}

int sigrelse(int sig)
{
    return change(SIG_UNBLOCK, sig);
}

int sigignore(int sig)
{
    return sigaction(sig, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
}

int sigpause(int sig)
{
    sigset_t set;

    sigprocmask(SIG_SETMASK, NULL, &set);
    return sigdelset(&set, sig) != 0 ? -1 : sigsuspend(&set);
}

_sig_func_ptr sigset(int sig, _sig_func_ptr handler)
{
    struct sigaction before;
    sigset_t mask, set;

    sigemptyset(&set);
    if (sigaddset(&set, sig) != 0 || sigprocmask(SIG_BLOCK, NULL, &mask) != 0) {
        return SIG_ERR;
    }
    if (handler == SIG_HOLD) {
        if (sigaction(sig, NULL, &before) != 0 || sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
            return SIG_ERR;
        }
    } else {
        if (sigaction(sig, &(struct sigaction){.sa_handler = handler}, &before) != 0 ||
            sigprocmask(SIG_UNBLOCK, &set, NULL) != 0) {
            return SIG_ERR;
        }
    }
    return sigismember(&mask, sig) ? SIG_HOLD : before.sa_handler;
}
