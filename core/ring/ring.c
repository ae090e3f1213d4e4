/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ring between one producer and one consumer; trust and ordering are argued in the header.
 * "used" is always head - tail modulo 2^32, and valid when it is not more than the size.
 */
#include <stdbool.h>
#include <tn/compiler.h>
#include <tn/errno.h>
#include <tn/ring.h>

/* A message's size, in memory that the caller declared as something else. */
typedef uint32_t __attribute__((may_alias)) header_t;

static inline uint32_t size_of(const struct tn_ring *r)
{
    return r->mask + 1;
}

/* Pairs with the release store of the same index by its owner. */
static inline uint32_t load(const uint32_t *index)
{
    return __atomic_load_n(index, __ATOMIC_ACQUIRE);
}

static int begin(struct tn_ring *r, struct tn_ring_shared *shared, void *data, uint32_t size)
{
    uint32_t head = load(&shared->head), tail = load(&shared->tail);

    if (data == NULL || (uintptr_t)data % TN_RING_ALIGN != 0 || size < TN_RING_MIN ||
        size > TN_RING_MAX || (size & (size - 1)) != 0) {
        return TN_EINVAL;
    }
    *r = (struct tn_ring){.shared = shared, .data = data, .mask = size - 1};
    r->error = head - tail > size ? TN_EIO : TN_OK;
    return r->error;
}

int tn_ring_producer(struct tn_ring *r, struct tn_ring_shared *shared, void *data, uint32_t size)
{
    int error = begin(r, shared, data, size);

    if (error == TN_OK) {
        r->index = load(&shared->head);
        r->peer = r->index - size; /* full, as far as is known: look at the first use */
    }
    return error;
}

int tn_ring_consumer(struct tn_ring *r, struct tn_ring_shared *shared, void *data, uint32_t size)
{
    int error = begin(r, shared, data, size);

    if (error == TN_OK) {
        r->index = load(&shared->tail);
        r->peer = r->index; /* empty, as far as is known */
    }
    return error;
}

/* Free bytes, as far as is needed to know whether there are `want`. */
static inline uint32_t space(struct tn_ring *r, uint32_t want)
{
    uint32_t room = size_of(r) - (r->index - r->peer);

    if (room < want && r->error == TN_OK) {
        uint32_t tail = load(&r->shared->tail);

        /* Between what it was and our own index, or the consumer took what is not there. */
        if (r->index - tail > r->index - r->peer) {
            r->error = TN_EIO;
            return 0;
        }
        r->peer = tail;
        room = size_of(r) - (r->index - tail);
    }
    return room;
}

/* Bytes to read, as far as is needed to know whether there are `want`. */
static inline uint32_t ready(struct tn_ring *r, uint32_t want)
{
    uint32_t used = r->peer - r->index;

    if (used < want && r->error == TN_OK) {
        uint32_t head = load(&r->shared->head);

        /* Not behind what it was, and not further than a ring ahead. */
        if (head - r->index < used || head - r->index > size_of(r)) {
            r->error = TN_EIO;
            return 0;
        }
        r->peer = head;
        used = head - r->index;
    }
    return used;
}

static void copy_in(struct tn_ring *r, uint32_t index, const void *from, uint32_t size)
{
    uint32_t at = index & r->mask, first = size_of(r) - at;

    if (TN_LIKELY(size <= first)) {
        __builtin_memcpy(r->data + at, from, size);
        return;
    }
    __builtin_memcpy(r->data + at, from, first);
    __builtin_memcpy(r->data, (const uint8_t *)from + first, size - first);
}

static void copy_out(struct tn_ring *r, uint32_t index, void *to, uint32_t size)
{
    uint32_t at = index & r->mask, first = size_of(r) - at;

    if (TN_LIKELY(size <= first)) {
        __builtin_memcpy(to, r->data + at, size);
        return;
    }
    __builtin_memcpy(to, r->data + at, first);
    __builtin_memcpy((uint8_t *)to + first, r->data, size - first);
}

int64_t tn_ring_space(struct tn_ring *r)
{
    uint32_t room = space(r, UINT32_MAX);

    return r->error != TN_OK ? r->error : (int64_t)room;
}

int64_t tn_ring_ready(struct tn_ring *r)
{
    uint32_t used = ready(r, UINT32_MAX);

    return r->error != TN_OK ? r->error : (int64_t)used;
}

/* Release: all that was put in is visible to whoever sees the new index. */
void tn_ring_publish(struct tn_ring *r)
{
    __atomic_store_n(&r->shared->head, r->index, __ATOMIC_RELEASE);
}

/* Release: all that was taken out has been read before the producer sees the new index. */
void tn_ring_release(struct tn_ring *r)
{
    __atomic_store_n(&r->shared->tail, r->index, __ATOMIC_RELEASE);
}

int64_t tn_ring_write(struct tn_ring *r, const void *from, size_t size)
{
    uint32_t want = size < size_of(r) ? (uint32_t)size : size_of(r);
    uint32_t room = space(r, want), count = want < room ? want : room;

    if (TN_UNLIKELY(r->error != TN_OK)) {
        return r->error;
    }
    if (count != 0) {
        copy_in(r, r->index, from, count);
        r->index += count;
        tn_ring_publish(r);
    }
    return count;
}

int64_t tn_ring_read(struct tn_ring *r, void *to, size_t size)
{
    uint32_t want = size < size_of(r) ? (uint32_t)size : size_of(r);
    uint32_t used = ready(r, want), count = want < used ? want : used;

    if (TN_UNLIKELY(r->error != TN_OK)) {
        return r->error;
    }
    if (count != 0) {
        copy_out(r, r->index, to, count);
        r->index += count;
        tn_ring_release(r);
    }
    return count;
}

/* What a message of `size` bytes takes: its header is never in two pieces. */
static inline uint32_t message_bytes(uint32_t size)
{
    return TN_ALIGN_UP(size + TN_RING_MESSAGE_HEADER, TN_RING_MESSAGE_HEADER);
}

/* The header of the message at this side's index. */
static inline header_t *header(struct tn_ring *r)
{
    return (header_t *)__builtin_assume_aligned(r->data + (r->index & r->mask), sizeof(header_t));
}

int tn_ring_put(struct tn_ring *r, const void *message, uint32_t size)
{
    uint32_t room, bytes;

    if (size > size_of(r) - TN_RING_MESSAGE_HEADER || r->index % TN_RING_MESSAGE_HEADER != 0) {
        return TN_EINVAL;
    }
    bytes = message_bytes(size);
    room = space(r, bytes);
    if (TN_UNLIKELY(r->error != TN_OK)) {
        return r->error;
    }
    if (room < bytes) {
        return TN_EAGAIN;
    }
    *header(r) = size;
    if (size != 0) {
        copy_in(r, r->index + TN_RING_MESSAGE_HEADER, message, size);
    }
    r->index += bytes;
    return TN_OK;
}

/* The size of the next message: TN_OK, TN_EAGAIN, TN_EIO. */
static inline __attribute__((always_inline)) int look(struct tn_ring *r, uint32_t *size)
{
    uint32_t used = ready(r, 1);

    if (TN_UNLIKELY(r->error != TN_OK)) {
        return r->error;
    }
    if (used == 0) {
        return TN_EAGAIN;
    }
    /* A producer publishes whole messages only, so a header has its message behind it. */
    if (used < TN_RING_MESSAGE_HEADER || r->index % TN_RING_MESSAGE_HEADER != 0) {
        return r->error = TN_EIO;
    }
    /* One load: the producer may write here again at any time. */
    *size = __atomic_load_n(header(r), __ATOMIC_RELAXED);
    if (*size > size_of(r) - TN_RING_MESSAGE_HEADER || message_bytes(*size) > used) {
        return r->error = TN_EIO;
    }
    return TN_OK;
}

int64_t tn_ring_take(struct tn_ring *r, void *message, uint32_t max)
{
    uint32_t size;
    int error = look(r, &size);

    if (TN_UNLIKELY(error != TN_OK)) {
        return error;
    }
    if (size > max) {
        return TN_ENOSPC;
    }
    if (size != 0) {
        copy_out(r, r->index + TN_RING_MESSAGE_HEADER, message, size);
    }
    r->index += message_bytes(size);
    return size;
}

void tn_ring_mend_producer(struct tn_ring *r)
{
    if (r->error != TN_OK || r->index % TN_RING_MESSAGE_HEADER != 0) {
        r->error = TN_OK;
        r->index = TN_ALIGN_UP(load(&r->shared->tail), TN_RING_MESSAGE_HEADER);
        r->peer = r->index - size_of(r);
        tn_ring_publish(r);
    }
}

void tn_ring_mend_consumer(struct tn_ring *r)
{
    uint32_t size;

    if (r->error != TN_OK || look(r, &size) == TN_EIO || r->index % TN_RING_MESSAGE_HEADER != 0) {
        r->error = TN_OK;
        r->index = r->peer = load(&r->shared->head);
        tn_ring_release(r);
    }
}

int tn_ring_send(struct tn_ring *r, const void *message, uint32_t size)
{
    int error = tn_ring_put(r, message, size);

    if (error == TN_OK) {
        tn_ring_publish(r);
    }
    return error;
}

int64_t tn_ring_receive(struct tn_ring *r, void *message, uint32_t max)
{
    int64_t size = tn_ring_take(r, message, max);

    if (size >= 0) {
        tn_ring_release(r);
    }
    return size;
}
