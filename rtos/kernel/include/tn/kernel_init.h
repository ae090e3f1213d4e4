/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: the order in which it comes up.
 */
#ifndef TN_KERNEL_INIT_H
#define TN_KERNEL_INIT_H

#include <tn/compiler.h>

/*
 * Make the caller the main thread and switch interrupts on.  Once, by the boot code, with
 * everything masked, .data and .bss in place.
 */
void tn_kernel_init(void);

/*
 * On another CPU of the program, started by the first (rtos/smp): become its idle thread.  On
 * that thread's stack, whose top tn_kernel_join_stack() says; everything masked.
 */
TN_NORETURN void tn_kernel_join(unsigned number);
void *tn_kernel_join_stack(unsigned number);

#endif
