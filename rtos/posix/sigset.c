/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of signals: bit n is signal n. */
#include <errno.h>
#include <signal.h>

static int change(sigset_t *set, int sig, int add)
{
    if (sig <= 0 || sig >= NSIG) {
        errno = EINVAL;
        return -1;
    }
    *set = add ? *set | (sigset_t)1 << sig : *set & ~((sigset_t)1 << sig);
    return 0;
}

int sigaddset(sigset_t *set, int sig)
{
    return change(set, sig, 1);
}

int sigdelset(sigset_t *set, int sig)
{
    return change(set, sig, 0);
}

int sigemptyset(sigset_t *set)
{
    *set = 0;
    return 0;
}

int sigfillset(sigset_t *set)
{
    *set = ~(sigset_t)1;
    return 0;
}

int sigismember(const sigset_t *set, int sig)
{
    if (sig <= 0 || sig >= NSIG) {
        errno = EINVAL;
        return -1;
    }
    return (int)(*set >> sig & 1);
}
