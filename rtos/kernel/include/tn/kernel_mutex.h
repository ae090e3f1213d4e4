/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: what mutexes, condition variables and the end of a thread share.  Kernel
 * lock held, all of it.
 */
#ifndef TN_KERNEL_MUTEX_H
#define TN_KERNEL_MUTEX_H

#include <tn/mutex.h>

/*
 * Recompute the priority of `t` from its own, its ceilings and its waiters', and carry a change
 * on to the owner of the mutex for which it waits.
 */
void tn_inherit_update(struct tn_thread *t);

/* `t` no longer waits for t->blocked_on: its owner may owe it less. */
void tn_inherit_drop(struct tn_thread *t);

/*
 * The caller's mutex goes to the most urgent waiter, which becomes ready, or is free; `result`
 * is what that waiter's lock returns.  The caller's priority is what it is without it.
 */
void tn_mutex_pass(struct tn_mutex *mutex, struct tn_thread *self, long result);

/* `t` ends: its robust mutexes go on to others. */
void tn_mutex_owner_ends(struct tn_thread *t);

#endif
