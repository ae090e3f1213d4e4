/* SPDX-License-Identifier: Apache-2.0 */
/* Trace ring: its header.  Recording is inline in <tn/trace.h>. */
#include <tn/trace.h>

void tn_trace_init(struct tn_trace *trace, uint32_t cpu, uint64_t frequency)
{
    trace->header = (struct tn_trace_header){
        .version = TN_TRACE_VERSION,
        .header_size = sizeof(trace->header),
        .event_size = sizeof(trace->event[0]),
        .capacity = TN_TRACE_EVENTS,
        .cpu = cpu,
        .frequency = frequency,
    };
    for (uint32_t i = 0; i < TN_TRACE_EVENTS; i++) {
        trace->event[i].id = TN_TRACE_NONE;
    }
    /* Last: who finds the magic finds the rest, too (the reader's CPU may be another one). */
    __atomic_store_n(&trace->header.magic, TN_TRACE_MAGIC, __ATOMIC_RELEASE);
}
