/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ends of three channels: "m" (message, notified), "l" (latest), "d" (doorbell, back from the
 * receiver).  args: `send N` numbered messages and values; `receive N`, woken by the doorbell,
 * which checks that each comes once and in order; `read N`, a receiver that polls; `forge N` sends
 * anything at all in the place of a sender; `survive` polls such a sender for a while.  `poke`
 * writes to the receiver's page; `overflow` its own stack, which lies above the channels' memory.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <tn/chan.h>
#include <tn/irq.h>
#include <tn/sysreg.h>

#include "random.h"

static struct tn_chan m, l, d;
static atomic_uint rings, backs;

static void on_ring(void *arg)
{
    (*(atomic_uint *)arg)++;
}

/* Wait for a ring that came after `seen`; the mask closes the gap between the look and WFI. */
static void wait_ring(atomic_uint *count, unsigned seen)
{
    uint64_t daif = tn_irq_mask();

    while (*count == seen) {
        tn_wfi();
        tn_irq_restore(daif);
        daif = tn_irq_mask();
    }
    tn_irq_restore(daif);
}

/* Message n: 1 + n % 24 words that are n. */
static uint32_t size_of(uint32_t n)
{
    return 4 * (1 + n % 24);
}

static int open_all(void)
{
    struct tn_chan none;

    return tn_chan_open(&m, "m") != TN_OK || tn_chan_open(&l, "l") != TN_OK ||
           tn_chan_open(&d, "d") != TN_OK || tn_chan_open(&none, "x") != TN_ENOENT;
}

static int wrong_side_sender(void)
{
    char buffer[100];

    return tn_chan_receive(&m, buffer, 100) != TN_EPERM || tn_chan_read(&l, buffer) != TN_EPERM ||
           tn_chan_write(&m, buffer) != TN_EPERM || tn_chan_send(&l, buffer, 1) != TN_EPERM ||
           tn_chan_ring(&l) != TN_EPERM || tn_chan_ring(&d) != TN_EPERM ||
           tn_chan_send(&m, buffer, 97) != TN_EINVAL ||
           tn_chan_attach(&m, on_ring, &rings) != TN_EPERM;
}

static int send(uint32_t count)
{
    uint32_t buffer[24];

    if (open_all() || wrong_side_sender() || tn_chan_attach(&d, on_ring, &backs) != TN_OK) {
        return 1;
    }
    tn_irq_unmask();
    /* The receiver is up: its doorbell is not lost from here on. */
    wait_ring(&backs, 0);
    for (uint32_t n = 1; n <= count;) {
        unsigned seen = backs;
        int error;

        for (uint32_t i = 0; i < 24; i++) {
            buffer[i] = n;
        }
        tn_chan_write(&l, buffer);
        error = tn_chan_send(&m, buffer, size_of(n));
        if (error != TN_OK && error != TN_EAGAIN) {
            return 2;
        }
        n += error == TN_OK;
        if (tn_chan_ring(&m) != TN_OK) {
            return 3;
        }
        if (error == TN_EAGAIN) {
            wait_ring(&backs, seen);
        }
    }
    return 0;
}

static int check_value(uint64_t *last)
{
    uint32_t value[4];
    int64_t number = tn_chan_read(&l, value);

    if (number == TN_EAGAIN) {
        return *last != 0;
    }
    for (unsigned i = 1; i < 4; i++) {
        if (value[i] != value[0]) {
            return 1;
        }
    }
    if (number < (int64_t)*last) {
        return 1;
    }
    *last = (uint64_t)number;
    return 0;
}

static int receive(uint32_t count, int polls)
{
    uint32_t buffer[24];
    uint64_t last = 0;

    if (open_all() || tn_chan_send(&m, buffer, 4) != TN_EPERM ||
        tn_chan_write(&l, buffer) != TN_EPERM || tn_chan_ring(&m) != TN_EPERM ||
        (!polls && tn_chan_attach(&m, on_ring, &rings) != TN_OK)) {
        return 1;
    }
    tn_irq_unmask();
    tn_chan_ring(&d);
    for (uint32_t n = 1; n <= count;) {
        unsigned seen = rings;
        int64_t size = tn_chan_receive(&m, buffer, sizeof(buffer));

        if (size == TN_EAGAIN) {
            tn_chan_ring(&d);
            if (polls) {
                continue;
            }
            wait_ring(&rings, seen);
            continue;
        }
        if (size != size_of(n) || check_value(&last)) {
            return 2;
        }
        for (int64_t i = 0; i < size / 4; i++) {
            if (buffer[i] != n) {
                return 3;
            }
        }
        n++;
    }
    return 0;
}

/* Anything into the pages of its own, indices, lengths and pair bits included. */
static int forge(uint32_t count)
{
    if (open_all()) {
        return 1;
    }
    for (uint32_t n = 0; n < count; n++) {
        const struct tn_channel_end *end = next() % 2 ? m.end : l.end;
        uint32_t at = next() % 4 ? end->pages - 64 + (uint32_t)(next() % 16) * 4
                                 : (uint32_t)(next() % (end->pages / 4)) * 4;
        uint32_t value = (uint32_t)next() >> next() % 32;

        *(volatile uint32_t *)(end->memory + at) = value;
        if (n % 64 == 0) {
            tn_chan_ring(&m);
        }
    }
    return 0;
}

/* Whatever a hostile sender does: bounded sizes, known errors, and nothing behind the buffer. */
static int survive(uint32_t count)
{
    struct {
        uint8_t buffer[96], behind[32];
    } area;

    memset(&area, 0x5a, sizeof(area));
    tn_chan_open(&m, "m"); /* which may be broken already */
    tn_chan_open(&l, "l");
    if (tn_chan_attach(&m, on_ring, &rings) != TN_OK) {
        return 1;
    }
    tn_irq_unmask();
    for (uint32_t n = 0; n < count; n++) {
        uint32_t max = (uint32_t)(next() % 97);
        int64_t size = tn_chan_receive(&m, area.buffer, max);

        if (size > (int64_t)max ||
            (size < 0 && size != TN_EAGAIN && size != TN_ENOSPC && size != TN_EIO)) {
            return 2;
        }
        if (size == TN_EIO) {
            tn_chan_open(&m, "m");
        }
        tn_chan_read(&l, area.buffer);
    }
    for (unsigned i = 0; i < sizeof(area.behind); i++) {
        if (area.behind[i] != 0x5a) {
            return 3;
        }
    }
    return 0;
}

static int deeper(volatile uint32_t *above)
{
    volatile uint32_t here = *above + 1;

    return deeper(&here) + (int)here;
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 2 ? (uint32_t)atoi(argv[2]) : 0;

    if (argc < 2) {
        return 9;
    }
    switch (argv[1][0]) {
    case 's':
        return argv[1][1] == 'e' ? send(count) : survive(count);
    case 'r':
        return receive(count, argv[1][2] == 'a');
    case 'f':
        return forge(count);
    case 'o':
        return open_all() ? 9 : deeper(&count);
    default:
        if (open_all()) {
            return 9;
        }
        *(volatile uint32_t *)(m.end->memory + m.end->pages) = 1;
        return 8;
    }
}
