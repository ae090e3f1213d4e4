/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ring between one producer and one consumer, for bytes or for messages, in memory that both
 * see: two threads, a thread and a handler, two CPUs, or two partitions that do not trust each
 * other.  No lock and no loop but the copy; each function belongs to one of the two sides,
 * and each side is one thread at a time.  Any context.
 *
 * Two things are shared: struct tn_ring_shared, where each side publishes its index, and the
 * data.  All else lies in the side's own struct tn_ring.  Indices count bytes and wrap at 2^32;
 * the size is a power of two up to 2^31, so that the difference of two indices is always
 * the number of bytes in the ring.
 *
 * Trust.  A side believes nothing that the other can write: the size, the address and its own
 * index are private, the other's index is read once and must lie within one ring of its own, a
 * message's length is copied before it is checked.  What does not hold is TN_EIO, from then on
 * at every call, and nothing was read or written outside of the data.  A hostile peer can
 * so send wrong contents and stop the ring, and nothing else.
 *
 * Ordering, two pairs (C11 5.1.2.4; LDAR and STLR on AArch64):
 *  - the producer writes data, then stores `head` with release; the consumer loads `head`
 *    with acquire, then reads the data: what it reads was written before;
 *  - the consumer reads data, then stores `tail` with release; the producer loads `tail` with
 *    acquire, then overwrites: nothing is overwritten before it was read.
 *
 * Batches.  tn_ring_put() and tn_ring_take() do not publish: any number of them may be made
 * before one tn_ring_publish() or tn_ring_release().  The other side's index is read only when
 * the last known one does not suffice, so in a busy ring most calls touch no shared line but
 * the data's.
 */
#ifndef TN_RING_H
#define TN_RING_H

#include <stddef.h>
#include <stdint.h>

#define TN_RING_MIN 16u /* bytes of data */
#define TN_RING_MAX (UINT32_C(1) << 31)
#define TN_RING_ALIGN 4u          /* of the data */
#define TN_RING_MESSAGE_HEADER 4u /* bytes before a message's contents: their number */

/* The two indices, each on a cache line of its own.  Zero before the first use. */
struct tn_ring_shared {
    _Alignas(64) uint32_t head; /* written by the producer: bytes that were put in */
    _Alignas(64) uint32_t tail; /* written by the consumer: bytes that were taken out */
};

_Static_assert(sizeof(struct tn_ring_shared) == 128, "layout is ABI");
_Static_assert(offsetof(struct tn_ring_shared, tail) == 64, "layout is ABI");

/* One side's own view. */
struct tn_ring {
    struct tn_ring_shared *shared;
    uint8_t *data;
    uint32_t mask;  /* size - 1 */
    uint32_t index; /* this side's, ahead of the published one inside a batch */
    uint32_t peer;  /* the other side's, as it was last read */
    int error;      /* TN_EIO once the other side broke the rules */
};

/*
 * Begin as producer or as consumer of the `size` bytes at `data`.  The side's index is what
 * `shared` holds, so that a side which was restarted goes on where it was; `shared` is zeroed
 * by whoever makes the ring.  TN_EINVAL unless size is a power of two, TN_RING_MIN ..
 * TN_RING_MAX, and data aligned to TN_RING_ALIGN; TN_EIO if the indices are not of one ring.
 */
int tn_ring_producer(struct tn_ring *r, struct tn_ring_shared *shared, void *data, uint32_t size);
int tn_ring_consumer(struct tn_ring *r, struct tn_ring_shared *shared, void *data, uint32_t size);

/* Producer: free bytes, consumer: bytes to read; at least so many, or TN_EIO. */
int64_t tn_ring_space(struct tn_ring *r);
int64_t tn_ring_ready(struct tn_ring *r);

/*
 * Bytes.  Copy as many of `size` bytes as there is room for (tn_ring_write) or as there are
 * (tn_ring_read) and publish.  Returns how many, which may be 0, or TN_EIO.
 */
int64_t tn_ring_write(struct tn_ring *r, const void *from, size_t size);
int64_t tn_ring_read(struct tn_ring *r, void *to, size_t size);

/*
 * Messages, each whole or not at all, of 0 bytes too.  Each takes its size and the header,
 * rounded up to 4.  A ring is used for bytes or for messages, never for both.
 *
 * tn_ring_put: TN_OK, TN_EAGAIN when there is no room now, TN_EINVAL when there never will be
 * (size + TN_RING_MESSAGE_HEADER > size of the ring), TN_EIO.
 * tn_ring_take: the message's size, TN_EAGAIN when there is none, TN_ENOSPC when it is longer
 * than `max` (it stays), TN_EIO.
 */
int tn_ring_put(struct tn_ring *r, const void *message, uint32_t size);
int64_t tn_ring_take(struct tn_ring *r, void *message, uint32_t max);

/*
 * Messages, after tn_ring_producer() or tn_ring_consumer() whether those returned TN_OK or TN_EIO:
 * where the indices are not of one ring, or what is in it is no message, the producer begins with
 * an empty ring, the consumer behind all that is in it.  So a ring that a side has broken works
 * again when another program has this side's place.  A sound ring stays as it is.
 */
void tn_ring_mend_producer(struct tn_ring *r);
void tn_ring_mend_consumer(struct tn_ring *r);

/* Producer: let the consumer see what was put in.  Consumer: give back what was taken out. */
void tn_ring_publish(struct tn_ring *r);
void tn_ring_release(struct tn_ring *r);

/* One message and publish. */
int tn_ring_send(struct tn_ring *r, const void *message, uint32_t size);
int64_t tn_ring_receive(struct tn_ring *r, void *message, uint32_t max);

#endif
