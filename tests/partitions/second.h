/* SPDX-License-Identifier: Apache-2.0 */
/* A thread on the program's second CPU, while main() stays on the first. */
#ifndef SECOND_H
#define SECOND_H

#include <stdint.h>
#include <tn/thread.h>

static int second_cpu(void *(*function)(void *), void *arg)
{
    static struct tn_thread thread;
    static uint8_t stack[8192] __attribute__((aligned(16)));
    struct tn_thread_attr attr = {
        .stack = stack, .stack_size = sizeof(stack), .prio = 10, .affinity = 2};

    tn_thread_set_affinity(tn_thread_self(), 1);
    return tn_thread_create(&thread, &attr, function, arg);
}

#endif
