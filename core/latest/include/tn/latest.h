/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The latest value of a state that one side writes and another reads: two threads, a thread and a
 * handler, two CPUs, or two partitions that do not trust each other.  Wait-free for both: no lock,
 * no retry, no loop but the copy (H. Simpson, "Four-slot fully asynchronous communication
 * mechanism", IEE Proceedings 137 E 1, 1990).  Each function belongs to one of the sides, and
 * each side is one thread at a time.  Any context.
 *
 * Shared are struct tn_latest_shared, of which each side writes its own line, and the data, which
 * the writer writes.  Trust: what the other side can write is reduced to one bit before it chooses
 * a slot, so that a hostile writer gives wrong values, a hostile reader spoils what itself reads,
 * and neither reaches outside of the data.
 *
 * Ordering.  The writer stores data, then `slot`, then `latest`, each with release; the reader
 * loads `latest`, stores `reading`, loads `slot`, then the data.  The algorithm needs the reader's
 * load of `slot` to come after its store of `reading`, and the writer's load of `reading` after its
 * store of `latest`: sequentially consistent accesses, which on AArch64 are LDAR and STLR, in this
 * order (Arm ARM B2.3.7).
 */
#ifndef TN_LATEST_H
#define TN_LATEST_H

#include <stddef.h>
#include <stdint.h>

#define TN_LATEST_SLOTS 4u
#define TN_LATEST_HEADER 8u /* bytes before a slot's value */
#define TN_LATEST_MAX (UINT32_C(1) << 24)

/* Zero before the first use. */
struct tn_latest_shared {
    _Alignas(64) uint32_t slot[2]; /* written by the writer: the newest in each pair */
    uint32_t latest;               /* written by the writer: the pair that has the newest */
    _Alignas(64) uint32_t reading; /* written by the reader: the pair that it reads */
};

_Static_assert(sizeof(struct tn_latest_shared) == 128, "layout is ABI");
_Static_assert(offsetof(struct tn_latest_shared, latest) == 8, "layout is ABI");
_Static_assert(offsetof(struct tn_latest_shared, reading) == 64, "layout is ABI");

/* One side's own view. */
struct tn_latest {
    struct tn_latest_shared *shared;
    uint8_t *data;
    uint32_t size;   /* of a value */
    uint32_t stride; /* of a slot */
    uint64_t count;  /* writer: values written; reader: number of the value last read */
};

/* Bytes of data that values of `size` bytes (1..TN_LATEST_MAX) take. */
static inline uint32_t tn_latest_bytes(uint32_t size)
{
    return TN_LATEST_SLOTS * (((size + 7) & ~UINT32_C(7)) + TN_LATEST_HEADER);
}

/*
 * Begin as either side: `data` has tn_latest_bytes(size) bytes, 8-byte aligned, zero before the
 * first use.  A writer that was restarted goes on counting where it was, below 2^63.  TN_EINVAL for
 * a size out of range or misaligned data.
 */
int tn_latest_init(struct tn_latest *l, struct tn_latest_shared *shared, void *data, uint32_t size);

/* Writer: a new value, `size` bytes. */
void tn_latest_write(struct tn_latest *l, const void *value);

/*
 * Reader: the newest value.  Returns how many values were written up to this one: the same number
 * again means the same value; 0: none yet, `value` is as it was.
 */
uint64_t tn_latest_read(struct tn_latest *l, void *value);

#endif
