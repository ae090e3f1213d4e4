/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: exceptions other than interrupts.  Called by the vectors on the interrupt
 * stack; `frame` is x0..x17, x18, x30.
 */
#ifndef TN_KERNEL_FAULT_H
#define TN_KERNEL_FAULT_H

#include <stdint.h>
#include <tn/compiler.h>
#include <tn/kernel.h>

/* The stack of `t` is used up to its last word: report its name and end the image. */
TN_NORETURN void tn_fault_stack(const struct tn_thread *t);

/* End the image if the running thread has used its stack up. */
static inline void tn_stack_check(const struct tn_thread *self)
{
    if (TN_UNLIKELY(!tn_stack_whole(self))) {
        tn_fault_stack(self);
    }
}

/* `what` was called in a handler, which has no answer for it: say so and end the image. */
TN_NORETURN void tn_fault_context(const char *what);

static inline void tn_context_check(const char *what)
{
    if (TN_UNLIKELY(tn_in_irq())) {
        tn_fault_context(what);
    }
}

/* Report and end the image.  `vector`: number of the 128-byte slot. */
TN_NORETURN void tn_fault(uint64_t vector, const uint64_t *frame);

/* A synchronous exception of a thread; returns when it is dealt with. */
void tn_sync(uint64_t esr, const uint64_t *frame);

/* The same of a handler, which goes on with interrupts masked. */
void tn_sync_handler(uint64_t esr, const uint64_t *frame);

#endif
