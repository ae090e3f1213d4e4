/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: the frame that tn_switch() leaves on a stack.
 */
#ifndef TN_KERNEL_SWITCH_H
#define TN_KERNEL_SWITCH_H

#include <tn/kernel.h>

#define TN_SWITCH_FRAME 96 /* x29, x30, x19..x28 */

/* Make a frame at the top of a new thread's stack; returns what tn_thread.sp wants. */
void *tn_switch_prepare(char *stack_top, void *(*entry)(void *), void *arg);

/* Put a call of `fn` above the voluntary frame of `t`: it runs before the thread goes on. */
void tn_switch_push(struct tn_thread *t, void (*fn)(void));

/*
 * What a switch has to do beyond the registers when one of the two has a TN_HOOK_*.  Called on
 * `to`'s stack, kernel lock held.
 */
void tn_switch_hooks(struct tn_thread *from, struct tn_thread *to);

/*
 * From the interrupt exit path, on the thread's stack, interrupts masked: Algorithm 1.  Not 0: to
 * be called again.
 */
uint32_t tn_irq_reschedule(void);

#endif
