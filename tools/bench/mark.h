/* SPDX-License-Identifier: Apache-2.0 */
/* Places that count.c finds by name: functions that do nothing, where a figure begins or ends. */
#ifndef BENCH_MARK_H
#define BENCH_MARK_H

#define MARK(name)                                                                                 \
    __attribute__((noinline, used)) static void name(void)                                         \
    {                                                                                              \
        __asm__ volatile("" : : : "memory");                                                       \
    }

#endif
