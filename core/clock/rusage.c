/* SPDX-License-Identifier: Apache-2.0 */
/* getrusage: the program has used its CPU since the counter started. */
#include <errno.h>
#include <sys/resource.h>
#include <tn/time.h>

int getrusage(int who, struct rusage *usage)
{
    uint64_t us = tn_time_now() / 1000;

    if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN) {
        errno = EINVAL;
        return -1;
    }
    *usage = (struct rusage){0};
    if (who == RUSAGE_SELF) {
        usage->ru_utime.tv_sec = (time_t)(us / 1000000);
        usage->ru_utime.tv_usec = (suseconds_t)(us % 1000000);
    }
    return 0;
}
