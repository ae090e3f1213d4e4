/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Channels by name: the builder's table says where the memory is, core/ring and core/latest use
 * it.
 */
#include <tn/chan.h>

#include <stdbool.h>
#include <tn/compiler.h>

extern const struct tn_channel_end tn_channels[], tn_channels_end[];

static bool equal(const char *a, const char *b)
{
    while (*a == *b && *a != '\0') {
        a++;
        b++;
    }
    return *a == *b;
}

static bool is(const struct tn_chan *chan, unsigned kind, unsigned role)
{
    return chan->end->kind == kind && chan->end->role == role;
}

int tn_chan_open(struct tn_chan *chan, const char *name)
{
    const struct tn_channel_end *end = tn_channels;
    void *data, *control;

    while (end < tn_channels_end && !equal(end->name, name)) {
        end++;
    }
    if (end == tn_channels_end) {
        return TN_ENOENT;
    }
    chan->end = end;
    data = (void *)end->memory;
    control = (void *)(end->memory + end->pages - TN_CHANNEL_CONTROL);
    if (end->kind == TN_CHANNEL_LATEST) {
        return tn_latest_init(&chan->latest, control, data, end->size);
    }
    if (end->kind != TN_CHANNEL_MESSAGE) {
        return TN_OK;
    }
    if (end->role == TN_CHANNEL_SENDER) {
        (void)tn_ring_producer(&chan->ring, control, data, end->capacity);
        tn_ring_mend_producer(&chan->ring);
    } else {
        (void)tn_ring_consumer(&chan->ring, control, data, end->capacity);
        tn_ring_mend_consumer(&chan->ring);
    }
    return TN_OK;
}

int tn_chan_send(struct tn_chan *chan, const void *message, uint32_t size)
{
    if (TN_UNLIKELY(!is(chan, TN_CHANNEL_MESSAGE, TN_CHANNEL_SENDER))) {
        return TN_EPERM;
    }
    return size > chan->end->size ? TN_EINVAL : tn_ring_send(&chan->ring, message, size);
}

int64_t tn_chan_receive(struct tn_chan *chan, void *message, uint32_t max)
{
    if (TN_UNLIKELY(!is(chan, TN_CHANNEL_MESSAGE, TN_CHANNEL_RECEIVER))) {
        return TN_EPERM;
    }
    return tn_ring_receive(&chan->ring, message, max);
}

int tn_chan_write(struct tn_chan *chan, const void *value)
{
    if (TN_UNLIKELY(!is(chan, TN_CHANNEL_LATEST, TN_CHANNEL_SENDER))) {
        return TN_EPERM;
    }
    tn_latest_write(&chan->latest, value);
    return TN_OK;
}

int64_t tn_chan_read(struct tn_chan *chan, void *value)
{
    uint64_t count;

    if (TN_UNLIKELY(!is(chan, TN_CHANNEL_LATEST, TN_CHANNEL_RECEIVER))) {
        return TN_EPERM;
    }
    count = tn_latest_read(&chan->latest, value);
    return count == 0 ? TN_EAGAIN : (int64_t)count;
}
