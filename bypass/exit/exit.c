/* SPDX-License-Identifier: Apache-2.0 */
/*
 * End of a program without a kernel, under newlib's names.  The partition is the process, and a
 * signal that nobody catches ends it with 128 + its number, as a shell
 * would count it (abort: 134).
 */
#include <errno.h>
#include <signal.h>
#include <tn/program_end.h>
#include <unistd.h>

#define PID 1 /* the only process there is */

void _exit(int status)
{
    tn_program_end((unsigned)status & 0xff);
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
        _exit(128 + sig);
    }
    return 0;
}
