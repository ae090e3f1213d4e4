/* SPDX-License-Identifier: Apache-2.0 */
/* sysconf for a program that has one CPU, three descriptors and no other process. */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define STREAMS 3

int getpagesize(void);

long sysconf(int name)
{
    switch (name) {
    case _SC_PAGESIZE:
        return PAGE;
    case _SC_CLK_TCK:
        return CLOCKS_PER_SEC;
    case _SC_NPROCESSORS_CONF:
    case _SC_NPROCESSORS_ONLN:
    case _SC_CHILD_MAX:
        return 1;
    case _SC_OPEN_MAX:
        return STREAMS;
    case _SC_MONOTONIC_CLOCK:
    case _SC_TIMERS:
    case _SC_CLOCK_SELECTION:
        return 200809L;
    default:
        errno = EINVAL;
        return -1;
    }
}

int getpagesize(void)
{
    return PAGE;
}
