/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: CPU time of threads (tn_thread_cpu_ticks() in <tn/thread.h>).
 */
#ifndef TN_KERNEL_CPUTIME_H
#define TN_KERNEL_CPUTIME_H

#include <stdint.h>

struct tn_thread;

/* The hook of a switch.  Kernel lock held. */
void tn_cputime_switch(struct tn_thread *from, struct tn_thread *to);

#endif
