/* SPDX-License-Identifier: Apache-2.0 */
/*
 * End of a program with threads, under newlib's names.  A signal that nobody catches ends it
 * with 128 + its number, as a shell would count it (abort: 134).
 */
#include <errno.h>
#include <signal.h>
#include <tn/kernel_end.h>
#include <unistd.h>

#define PID 2 /* the only process there is; 1, its parent, is the system */

void _exit(int status)
{
    tn_image_exit(status);
}

int _getpid(void)
{
    return PID;
}

int _kill(int pid, int sig)
{
    if (pid != PID) {
        errno = ESRCH;
        return -1;
    }
    if (sig != 0) {
        tn_image_exit(128 + sig);
    }
    return 0;
}
