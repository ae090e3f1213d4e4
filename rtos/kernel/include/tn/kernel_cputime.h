/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: CPU time of threads (tn_thread_cpu_ticks() in <tn/thread.h>) and of the
 * program.  Kernel lock held, all of it.
 */
#ifndef TN_KERNEL_CPUTIME_H
#define TN_KERNEL_CPUTIME_H

#include <stdint.h>

struct tn_thread;

/* The hook of a switch. */
void tn_cputime_switch(struct tn_thread *from, struct tn_thread *to);

/* As tn_thread_cpu_ticks(). */
uint64_t tn_cputime_thread(const struct tn_thread *thread);

/*
 * Counter ticks that all threads together had a CPU: what the CPUs were there and not idle.  The
 * first question begins the counting; before it one CPU was busy.
 */
uint64_t tn_cputime_program(void);

#endif
