/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trace ring in memory, as a host tool finds and reads it: a header, 64-byte aligned, and
 * behind it `capacity` events.  In a dump of memory it is found by its magic; an ELF file
 * names it.  One ring for each CPU.  Little-endian.
 *
 * Event number n lies in event[n % capacity]; of the `next` events that were ever recorded the
 * last `capacity` are there.  An event is recorded by first raising `next` and then writing:
 * in the memory of a CPU that was stopped anywhere the newest ones may be unwritten, which shows
 * by an id of 0 or a time before that of the event below.
 */
#ifndef TN_ABI_TRACE_H
#define TN_ABI_TRACE_H

#include <stddef.h>
#include <stdint.h>

#define TN_TRACE_MAGIC UINT64_C(0x3145434152544e54) /* the bytes "TNTRACE1" */
#define TN_TRACE_VERSION 1u

/* Identifiers: 0 is an unwritten event; those of the system are below, those of an application
 * from TN_TRACE_USER on. */
#define TN_TRACE_NONE 0u
#define TN_TRACE_USER 0x10000u

/* The system's.  An argument is an address, but for interrupts their number. */
#define TN_TRACE_SWITCH 1u      /* this thread runs now */
#define TN_TRACE_READY 2u       /* this thread is ready again */
#define TN_TRACE_BLOCK 3u       /* the running thread waits for this, 0: for a time */
#define TN_TRACE_CREATE 4u      /* this thread is there */
#define TN_TRACE_EXIT 5u        /* this thread, which runs, ends */
#define TN_TRACE_IRQ 6u         /* a handler begins */
#define TN_TRACE_IRQ_END 7u     /* it ended */
#define TN_TRACE_TIMER 8u       /* this timer expired */
#define TN_TRACE_MUTEX 9u       /* the running thread waits for this mutex */
#define TN_TRACE_NAME 11u       /* four characters of the name of a thread that ends next */
#define TN_TRACE_MUTEX_PASS 10u /* the running thread gives this mutex to one that waits */

struct tn_trace_event {
    uint64_t time; /* ticks of the counter */
    uint32_t id;
    uint32_t arg; /* what it means depends on the id */
};

struct tn_trace_header {
    uint64_t magic;
    uint16_t version;
    uint16_t header_size; /* sizeof(struct tn_trace_header) */
    uint32_t event_size;  /* sizeof(struct tn_trace_event) */
    uint32_t capacity;    /* events; a power of two */
    uint32_t cpu;         /* number of the CPU in its component */
    uint64_t frequency;   /* ticks in a second */
    uint64_t next;        /* events recorded so far */
    uint64_t address;     /* of this header, as the program sees it; 0: not told */
    uint64_t threads;     /* of the pointer to the first thread, 0: there are none */
    uint32_t name_offset; /* in a thread: the pointer to its name, */
    uint32_t next_offset; /* to the next thread */
};

_Static_assert(sizeof(struct tn_trace_event) == 16, "layout is ABI");
_Static_assert(offsetof(struct tn_trace_event, id) == 8, "layout is ABI");
_Static_assert(offsetof(struct tn_trace_event, arg) == 12, "layout is ABI");
_Static_assert(sizeof(struct tn_trace_header) == 64, "layout is ABI");
_Static_assert(offsetof(struct tn_trace_header, capacity) == 16, "layout is ABI");
_Static_assert(offsetof(struct tn_trace_header, frequency) == 24, "layout is ABI");
_Static_assert(offsetof(struct tn_trace_header, next) == 32, "layout is ABI");
_Static_assert(offsetof(struct tn_trace_header, next_offset) == 60, "layout is ABI");

#endif
