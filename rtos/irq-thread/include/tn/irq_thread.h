/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threaded interrupt handlers: an interrupt is handled by a thread, at that thread's priority, with
 * mutexes and waits at its disposal.  The line is disabled from the interrupt on until the handler
 * has returned; what a device raises meanwhile stays pending in the controller and comes then.
 */
#ifndef TN_IRQ_THREAD_H
#define TN_IRQ_THREAD_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/sem.h>
#include <tn/thread.h>

/* The library's; `handled` may be read. */
struct tn_irq_thread {
    struct tn_thread thread;
    struct tn_sem raised;
    void (*handler)(void *arg);
    void *arg;
    uint32_t intid;
    bool stop;
    uint64_t handled; /* interrupts whose handler has returned */
};

/*
 * Let a thread made of `attr` (stack, priority, name; <tn/thread.h>) call handler(arg) for each
 * interrupt of `intid`, which is enabled.  `it` and the stack are the library's until
 * tn_irq_thread_stop().  Errors of tn_irq_attach(), tn_irq_enable() and tn_thread_create().  Thread
 * context.
 */
int tn_irq_thread_start(struct tn_irq_thread *it, uint32_t intid, const struct tn_thread_attr *attr,
                        void (*handler)(void *arg), void *arg);

/* Disable and detach the line, wait until the handler has returned, end the thread.  TN_EDEADLK:
 * called by the handler.  Thread context. */
int tn_irq_thread_stop(struct tn_irq_thread *it);

#endif
