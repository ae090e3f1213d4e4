/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trace ring: what a host tool reads back from the bytes, before and after the ring is full.
 * With CONFIG_TRACE=1 and CONFIG_TRACE_LOG2=6.
 */
#include <stdbool.h>
#include <string.h>
#include <tn/test.h>
#include <tn/trace.h>

static struct {
    uint8_t other[4096];
    struct tn_trace trace;
    uint8_t more[512];
} memory;

/* As a tool does it: look for the magic at each 64 bytes and believe nothing else. */
static const uint8_t *find(void)
{
    const uint8_t *bytes = (const uint8_t *)&memory;

    for (size_t at = 0; at + sizeof(struct tn_trace_header) <= sizeof(memory); at += 64) {
        uint64_t magic;

        memcpy(&magic, bytes + at, sizeof(magic));
        if (magic == TN_TRACE_MAGIC) {
            return bytes + at;
        }
    }
    return NULL;
}

static void read_back(uint64_t recorded)
{
    const uint8_t *at = find();
    struct tn_trace_header h;
    uint64_t first;

    TN_CHECK(at == (uint8_t *)&memory.trace && memcmp(at, "TNTRACE1", 8) == 0);
    memcpy(&h, at, sizeof(h));
    TN_CHECK(h.version == 1 && h.header_size == 64 && h.event_size == 16 && h.capacity == 64);
    TN_CHECK(h.cpu == 3 && h.frequency == 62500000 && h.next == recorded);
    first = h.next > h.capacity ? h.next - h.capacity : 0;
    for (uint64_t n = first; n < h.next; n++) {
        struct tn_trace_event e;

        memcpy(&e, at + h.header_size + n % h.capacity * h.event_size, sizeof(e));
        TN_CHECK(e.time == 1000 + n && e.id == n + 1 && e.arg == ~(uint32_t)n);
    }
    for (uint64_t n = h.next; n < h.capacity; n++) {
        TN_CHECK(memory.trace.event[n].id == TN_TRACE_NONE);
    }
}

static void record_and_read_back(void)
{
    memset(&memory, 0xff, sizeof(memory));
    TN_CHECK(find() == NULL);
    tn_trace_init(&memory.trace, 3, 62500000);
    for (uint32_t n = 0; n < 1000; n++) {
        read_back(n);
        tn_trace(&memory.trace, 1000 + n, n + 1, ~n);
    }
    read_back(1000);
    TN_CHECK(memory.more[0] == 0xff);
}

int main(void)
{
    tn_test_begin();
    TN_RUN(record_and_read_back);
    return tn_test_end();
}
