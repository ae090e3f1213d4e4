/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For kernels: the program's trace rings (option TRACE).  Without the option nothing of this is in
 * the program, not an instruction.  Events and their numbers are in <tn/abi/trace.h>.
 */
#ifndef TN_TRACE_RING_H
#define TN_TRACE_RING_H

#include <stdint.h>
#include <tn/sysreg.h>
#include <tn/trace.h>

#if CONFIG_TRACE
#ifdef CONFIG_CPUS
#define TN_TRACE_RINGS CONFIG_CPUS
#else
#define TN_TRACE_RINGS 1
#endif

/* One for each CPU of the program. */
extern struct tn_trace tn_trace_rings[TN_TRACE_RINGS];

/*
 * Where this CPU records.  Of several, TPIDRRO_EL0 leads to what the kernel keeps for each, whose
 * second word is its number.  Who moves to another CPU right now records where it was, which is
 * true enough, and safe: an event's place is drawn atomically.
 */
static inline struct tn_trace *tn_trace_ring(void)
{
    return &tn_trace_rings[TN_TRACE_RINGS == 1
                               ? 0
                               : ((const uint32_t *)tn_sysreg_read(tpidrro_el0))[1]];
}
#endif

/* How the host finds threads: the pointer to the first, and where a thread has two pointers. */
struct tn_trace_threads {
    const void *first;
    uint32_t name_offset, next_offset;
};

/* Set the rings up, before the first event.  `threads` NULL: there are none. */
void tn_trace_ring_init(const struct tn_trace_threads *threads);

/* A thread ends: record its name, and that. */
void tn_trace_exit(const void *thread, const char *name);

/* Record an event about an object, whose address is below 4 GiB.  Any context. */
static inline void tn_trace_event(uint32_t id, const volatile void *object)
{
#if CONFIG_TRACE
    tn_trace(tn_trace_ring(), tn_sysreg_read(cntvct_el0), id, (uint32_t)(uintptr_t)object);
#else
    (void)id;
    (void)object;
#endif
}

#endif
