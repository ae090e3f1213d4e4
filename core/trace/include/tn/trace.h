/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trace ring: events in memory, the oldest overwritten.  The layout, for whoever reads it, is
 * in <tn/abi/trace.h>.  The ring is the caller's, one for each CPU.
 *
 * Recording is compiled out unless CONFIG_TRACE is set: calls may stay where they are.
 * AArch64 instructions of the inlined body (clang 14 -O2, cortex-a53): 12, with the addresses.
 */
#ifndef TN_TRACE_H
#define TN_TRACE_H

#include <stddef.h>
#include <stdint.h>
#include <tn/abi/trace.h>
#include <tn/compiler.h>

#ifndef CONFIG_TRACE
#define CONFIG_TRACE 0
#endif
#ifndef CONFIG_TRACE_LOG2
#define CONFIG_TRACE_LOG2 10
#endif

#define TN_TRACE_EVENTS (CONFIG_TRACE ? UINT32_C(1) << CONFIG_TRACE_LOG2 : 0)

/* The events are a part of the ring, but have no size when nothing is recorded. */
struct tn_trace {
    _Alignas(64) struct tn_trace_header header;
    struct tn_trace_event event[TN_TRACE_EVENTS];
};

/* Begin an empty ring for a CPU; `frequency`: ticks in a second of what tn_trace() is given. */
void tn_trace_init(struct tn_trace *trace, uint32_t cpu, uint64_t frequency);

/*
 * Record an event of this CPU at `time` (ticks).  `id` is not TN_TRACE_NONE.  Any context,
 * without masking: a handler that interrupts it takes a number of its own.  Other CPUs have
 * their own rings.
 */
static inline void tn_trace(struct tn_trace *trace, uint64_t time, uint32_t id, uint32_t arg)
{
#if CONFIG_TRACE
    /* Relaxed: only this CPU's handlers compete, and these are seen in program order. */
    uint64_t n = __atomic_fetch_add(&trace->header.next, 1, __ATOMIC_RELAXED);

    trace->event[n % TN_TRACE_EVENTS] = (struct tn_trace_event){time, id, arg};
#else
    (void)trace;
    (void)time;
    (void)id;
    (void)arg;
#endif
}

#endif
