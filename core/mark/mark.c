/* SPDX-License-Identifier: Apache-2.0 */
/* The program's trace rings, and its own marks in them. */
#include <stddef.h>
#include <tn/compiler.h>
#include <tn/mark.h>
#include <tn/time.h>
#include <tn/trace_ring.h>

#if CONFIG_TRACE

#define NAME_LONGEST 16

struct tn_trace tn_trace_rings[TN_TRACE_RINGS];

void tn_trace_ring_init(const struct tn_trace_threads *threads)
{
    for (uint32_t i = 0; i < TN_TRACE_RINGS; i++) {
        struct tn_trace *ring = &tn_trace_rings[i];

        tn_trace_init(ring, i, tn_time_frequency());
        ring->header.address = (uintptr_t)ring;
        if (threads != NULL) {
            ring->header.name_offset = threads->name_offset;
            ring->header.next_offset = threads->next_offset;
            ring->header.threads = (uintptr_t)threads->first;
        }
    }
}

void tn_trace_exit(const void *thread, const char *name)
{
    uint32_t word;

    for (size_t n = 0; n < NAME_LONGEST && name[n] != '\0'; n += sizeof(word)) {
        word = 0;
        for (size_t i = 0; i < sizeof(word) && name[n + i] != '\0'; i++) {
            word |= (uint32_t)(unsigned char)name[n + i] << 8 * i;
        }
        tn_trace(tn_trace_ring(), tn_sysreg_read(cntvct_el0), TN_TRACE_NAME, word);
        if (word >> 24 == 0) {
            break;
        }
    }
    tn_trace_event(TN_TRACE_EXIT, thread);
}

/* Without a kernel the first mark sets the ring up. */
void tn_trace_mark(uint32_t number, uint32_t value)
{
    if (TN_UNLIKELY(tn_trace_rings[0].header.magic == 0)) {
        tn_trace_ring_init(NULL);
    }
    tn_trace(tn_trace_ring(), tn_sysreg_read(cntvct_el0), TN_TRACE_USER + (number & 0xffff), value);
}

#else

void tn_trace_exit(const void *thread, const char *name)
{
    (void)thread;
    (void)name;
}

void tn_trace_ring_init(const struct tn_trace_threads *threads)
{
    (void)threads;
}

void tn_trace_mark(uint32_t number, uint32_t value)
{
    (void)number;
    (void)value;
}

#endif
