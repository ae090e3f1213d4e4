/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: pages of the program's memory that fault, below stacks.  rtos/stage1 does it;
 * with TN_STACK_GUARD.
 */
#ifndef TN_GUARD_H
#define TN_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Let accesses to the `size` bytes at `at` fault, both multiples of the page; of writable memory
 * that nobody uses.  Thread context: may allocate.  TN_ENOMEM, and nothing has changed.
 */
int tn_guard_set(void *at, size_t size);

/* The same bytes are memory again.  Any context. */
void tn_guard_clear(void *at, size_t size);

/*
 * Several CPUs, once before the others start: what would need a block to be taken out of the
 * address space while others use it is done now.  Without memory for it there are no guards.
 */
void tn_guard_prepare(void);

/* On another CPU, when it has begun: the tables of the first. */
void tn_guard_join(void);

/*
 * Of rtos/kernel for rtos/stage1, once: calls `set` for the page below each stack of handlers and
 * below main's; true if the former all returned TN_OK.  On bare metal main's is not memory anyway.
 */
bool tn_guard_fixed(int (*set)(uintptr_t at, size_t size));

/* An access to `at` is one below a stack of handlers. */
bool tn_guard_is_irq(uintptr_t at);

#endif
