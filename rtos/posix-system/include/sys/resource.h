/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newlib's <sys/resource.h> and the limits of the program (IEEE Std 1003.1-2017): what the build
 * has given it, which nothing at run time changes.  setrlimit() and priorities of processes are not
 * offered.
 */
#ifndef TN_SYS_RESOURCE_H
#define TN_SYS_RESOURCE_H

#include_next <sys/resource.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint64_t rlim_t;

#define RLIM_INFINITY UINT64_MAX
#define RLIM_SAVED_MAX RLIM_INFINITY
#define RLIM_SAVED_CUR RLIM_INFINITY

struct rlimit {
    rlim_t rlim_cur; /* both are the same here */
    rlim_t rlim_max;
};

#define RLIMIT_CPU 0    /* seconds: none */
#define RLIMIT_FSIZE 1  /* bytes of a file: 0, none can be made */
#define RLIMIT_DATA 2   /* bytes of .data, .bss and heap */
#define RLIMIT_STACK 3  /* bytes of main's stack */
#define RLIMIT_CORE 4   /* 0 */
#define RLIMIT_NOFILE 7 /* standard streams */
#define RLIMIT_AS 9     /* bytes that the program can write at all */

/* -1 and errno: EINVAL, no such resource. */
int getrlimit(int resource, struct rlimit *limit);
int setrlimit(int resource, const struct rlimit *limit);

#ifdef __cplusplus
}
#endif

#endif
