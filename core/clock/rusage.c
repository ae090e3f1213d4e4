/* SPDX-License-Identifier: Apache-2.0 */
/* getrusage: the CPU time of the program, as its clock shows it; all of it is a user's. */
#include <errno.h>
#include <sys/resource.h>
#include <time.h>
#include <tn/clock.h>

int getrusage(int who, struct rusage *usage)
{
    uint64_t us = 0;

    if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN) {
        errno = EINVAL;
        return -1;
    }
    *usage = (struct rusage){0};
    if (who == RUSAGE_SELF && tn_clock_cpu(CLOCK_PROCESS_CPUTIME_ID, &us)) {
        us /= 1000;
        usage->ru_utime.tv_sec = (time_t)(us / 1000000);
        usage->ru_utime.tv_usec = (suseconds_t)(us % 1000000);
    }
    return 0;
}
