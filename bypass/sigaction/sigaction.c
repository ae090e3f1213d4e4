/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigaction for the only signals there are in a bypass program, those of raise() and of kill()
 * to itself.  They are delivered within the call, so that there is nothing for sa_mask to
 * block.  newlib's signal() forgets a handler when it calls it; sigaction's stays.
 */
#include <errno.h>
#include <signal.h>

static struct sigaction actions[NSIG];

static void deliver(int sig)
{
    signal(sig, deliver);
    actions[sig].sa_handler(sig);
}

int sigaction(int sig, const struct sigaction *action, struct sigaction *old)
{
    struct sigaction before;

    if (sig <= 0 || sig >= NSIG || (action && (sig == SIGKILL || sig == SIGSTOP))) {
        errno = EINVAL;
        return -1;
    }
    before = actions[sig];
    if (action) {
        actions[sig] = *action;
        if (action->sa_handler == SIG_DFL || action->sa_handler == SIG_IGN) {
            signal(sig, action->sa_handler);
        } else {
            signal(sig, deliver);
        }
    }
    if (old) {
        *old = before;
    }
    return 0;
}
