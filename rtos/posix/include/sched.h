/* SPDX-License-Identifier: Apache-2.0 */
/* newlib's <sched.h> and what programs on several CPUs expect in it, after GNU's. */
#ifndef TN_SCHED_H
#define TN_SCHED_H

#include_next <sched.h>

/* A set of CPUs, bit n for number n. */
typedef struct {
    unsigned long __bits;
} cpu_set_t;

/* Of the calling thread (`pid` 0).  -1 and errno: ESRCH; EINVAL: no CPU of the program is in it. */
int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *cpus);
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *cpus);

/* The number of the CPU that executes this. */
int sched_getcpu(void);

#if __GNU_VISIBLE
#define CPU_SETSIZE 64
#define CPU_ZERO(set) ((void)((set)->__bits = 0))
#define CPU_SET(cpu, set) ((void)((set)->__bits |= 1ul << (cpu)))
#define CPU_CLR(cpu, set) ((void)((set)->__bits &= ~(1ul << (cpu))))
#define CPU_ISSET(cpu, set) ((int)((set)->__bits >> (cpu)&1))
#define CPU_COUNT(set) __builtin_popcountl((set)->__bits)
#define CPU_EQUAL(a, b) ((a)->__bits == (b)->__bits)
#endif

#endif
