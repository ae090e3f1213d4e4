/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message queues: messages of one size, copied in and out, first in first out.  A message to a
 * waiting receiver goes straight into its buffer.
 */
#ifndef TN_QUEUE_H
#define TN_QUEUE_H

#include <stddef.h>
#include <stdint.h>
#include <tn/thread.h>

struct tn_queue {
    char *buffer;   /* capacity * size bytes, the caller's */
    uint32_t size;  /* bytes of a message, a multiple of 8 */
    uint32_t limit; /* capacity * size */
    uint32_t head;  /* offset of the oldest message */
    uint32_t tail;  /* offset of the next free place */
    uint32_t used;  /* bytes that are taken */
    struct tn_waitq receivers;
    struct tn_waitq senders;
};

/*
 * A queue of `capacity` messages, 1 at least, of `size` bytes, a multiple of 8; `buffer`, 8-byte
 * aligned, holds capacity * size bytes.  TN_EINVAL.
 */
int tn_queue_init(struct tn_queue *queue, void *buffer, size_t size, size_t capacity);

/*
 * Put the `size` bytes at `message`, 8-byte aligned, into the queue; while it is full wait until
 * `deadline`: ticks of tn_time_ticks(), TN_FOREVER, 0: do not wait.  Any context with deadline
 * 0.  TN_EAGAIN: full, deadline 0; TN_ETIMEDOUT; TN_EPERM: would wait in a handler.
 */
int tn_queue_send(struct tn_queue *queue, const void *message, uint64_t deadline);

/* Take the oldest message out; while there is none wait.  As tn_queue_send(). */
int tn_queue_receive(struct tn_queue *queue, void *message, uint64_t deadline);

/* Messages that are in it.  Any context. */
static inline uint32_t tn_queue_count(const struct tn_queue *queue)
{
    return __atomic_load_n(&queue->used, __ATOMIC_RELAXED) / queue->size;
}

#endif
