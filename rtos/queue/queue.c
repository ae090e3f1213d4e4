/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message queues.  tn_thread.transfer of who waits is its message or its buffer.  Receivers wait
 * only while the queue is empty, senders only while it is full.
 */
#include <tn/kernel.h>
#include <tn/queue.h>

/* By words: both are aligned, and sizes of 16 are common. */
static inline void copy(void *to, const void *from, uint32_t size)
{
    uint64_t *t = to;
    const uint64_t *f = from;

    while (TN_UNLIKELY(size > 16)) {
        *t++ = *f++;
        size -= 8;
    }
    t[0] = f[0];
    if (size > 8) {
        t[1] = f[1];
    }
}

static inline uint32_t after(const struct tn_queue *queue, uint32_t offset)
{
    offset += queue->size;
    return offset == queue->limit ? 0 : offset;
}

int tn_queue_init(struct tn_queue *queue, void *buffer, size_t size, size_t capacity)
{
    if (size == 0 || size % 8 != 0 || capacity == 0 || (uintptr_t)buffer % 8 != 0 ||
        capacity > UINT32_MAX / size) {
        return TN_EINVAL;
    }
    *queue = (struct tn_queue){
        .buffer = buffer, .size = (uint32_t)size, .limit = (uint32_t)(size * capacity)};
    return TN_OK;
}

static inline void put(struct tn_queue *queue, const void *message)
{
    copy(queue->buffer + queue->tail, message, queue->size);
    queue->tail = after(queue, queue->tail);
    queue->used += queue->size;
}

static inline void get(struct tn_queue *queue, void *message)
{
    copy(message, queue->buffer + queue->head, queue->size);
    queue->head = after(queue, queue->head);
    queue->used -= queue->size;
}

/* It is full or empty: wait in `q`.  Kernel lock held, releases it. */
static __attribute__((noinline)) int wait(struct tn_waitq *q, void *message, uint64_t deadline,
                                          uint64_t daif)
{
    if (deadline == 0 || tn_in_irq()) {
        tn_kernel_unlock(daif);
        return deadline == 0 ? TN_EAGAIN : TN_EPERM;
    }
    tn_thread_self()->transfer = message;
    if (TN_LIKELY(deadline == TN_FOREVER)) {
        return (int)tn_block(q);
    }
    return (int)tn_block_until(q, deadline);
}

/* A receiver waits: it gets the message.  Kernel lock held, releases it. */
static __attribute__((noinline)) int hand_over(struct tn_queue *queue, const void *message,
                                               uint64_t daif)
{
    struct tn_thread *t = tn_waitq_pop(&queue->receivers);

    copy(t->transfer, message, queue->size);
    if (!tn_wake(t, TN_OK)) {
        tn_kernel_unlock(daif);
        return TN_OK;
    }
    return (int)tn_reschedule(t, daif, TN_OK);
}

/* A place became free and a sender waits: its message goes there.  Kernel lock held. */
static __attribute__((noinline)) int refill(struct tn_queue *queue, uint64_t daif)
{
    struct tn_thread *t = tn_waitq_pop(&queue->senders);

    put(queue, t->transfer);
    if (!tn_wake(t, TN_OK)) {
        tn_kernel_unlock(daif);
        return TN_OK;
    }
    return (int)tn_reschedule(t, daif, TN_OK);
}

int tn_queue_send(struct tn_queue *queue, const void *message, uint64_t deadline)
{
    uint64_t daif = tn_kernel_lock();

    if (!tn_waitq_empty(&queue->receivers)) {
        return hand_over(queue, message, daif);
    }
    if (TN_UNLIKELY(queue->used == queue->limit)) {
        return wait(&queue->senders, (void *)(uintptr_t)message, deadline, daif);
    }
    put(queue, message);
    tn_kernel_unlock(daif);
    return TN_OK;
}

int tn_queue_receive(struct tn_queue *queue, void *message, uint64_t deadline)
{
    uint64_t daif = tn_kernel_lock();

    if (TN_UNLIKELY(queue->used == 0)) {
        return wait(&queue->receivers, message, deadline, daif);
    }
    get(queue, message);
    if (TN_UNLIKELY(!tn_waitq_empty(&queue->senders))) {
        return refill(queue, daif);
    }
    tn_kernel_unlock(daif);
    return TN_OK;
}
