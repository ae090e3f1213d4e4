/* SPDX-License-Identifier: Apache-2.0 */
/* What a program can ask about the system it is on, and about itself. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static void names(void)
{
    struct utsname name;

    CHECK(uname(&name) == 0);
    CHECK(strcmp(name.sysname, "Tenon") == 0 && strcmp(name.nodename, "qemu-virt") == 0);
    CHECK(strcmp(name.machine, "aarch64") == 0 && strcmp(name.version, "1 CPU") == 0);
    CHECK(uname(NULL) == -1 && errno == EFAULT);
}

static void limits(void)
{
    struct rlimit stack, data, all, other;

    CHECK(getrlimit(RLIMIT_STACK, &stack) == 0 && getrlimit(RLIMIT_DATA, &data) == 0);
    CHECK(getrlimit(RLIMIT_AS, &all) == 0 && all.rlim_cur == stack.rlim_cur + data.rlim_cur);
    CHECK(stack.rlim_cur == stack.rlim_max && stack.rlim_cur >= 2048);
    CHECK(getrlimit(RLIMIT_CPU, &other) == 0 && other.rlim_cur == RLIM_INFINITY);
    CHECK(getrlimit(RLIMIT_NOFILE, &other) == 0 && (long)other.rlim_max == sysconf(_SC_OPEN_MAX));
    CHECK(getrlimit(RLIMIT_FSIZE, &other) == 0 && other.rlim_cur == 0);
    CHECK(getrlimit(99, &other) == -1 && errno == EINVAL);
}

static long us(const struct rusage *usage)
{
    return (long)usage->ru_utime.tv_sec * 1000000 + (long)usage->ru_utime.tv_usec;
}

/* Sleeping costs no CPU time, working does. */
static void usage(void)
{
    struct rusage before, slept, worked, other;
    struct timespec now;

    CHECK(getrusage(RUSAGE_SELF, &before) == 0);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    CHECK(getrusage(RUSAGE_SELF, &slept) == 0 && us(&slept) - us(&before) < 5000);
    do {
        CHECK(getrusage(RUSAGE_SELF, &worked) == 0);
    } while (us(&worked) - us(&slept) < 20000);
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
    CHECK((long)now.tv_sec * 1000000 + now.tv_nsec / 1000 - us(&worked) < 1000);
    CHECK(getrusage(RUSAGE_CHILDREN, &other) == 0 && us(&other) == 0);
    CHECK(getrusage(7, &other) == -1 && errno == EINVAL);
}

int main(void)
{
    names();
    limits();
    usage();
    return checked();
}
