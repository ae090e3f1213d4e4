/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer for a Linux partition (tests/linux/channels.c), which sleeps until a doorbell rings: it
 * answers each message of "ask" by the same bytes in reverse in "answer", copies the value of "set"
 * to "state", and each "knock" is a "bell" back.  "spoil" is forged by the other side: it is read
 * and nothing is believed.  The message "end" ends it; the status is 0 when it took nothing wrong.
 */
#include <stdatomic.h>
#include <string.h>
#include <tn/chan.h>
#include <tn/irq.h>
#include <tn/sysreg.h>

#define SIZE 64u

static struct tn_chan ask, answer, set, state, knock, bell, spoil;
static atomic_uint rings, knocks;

static void on_ring(void *arg)
{
    (*(atomic_uint *)arg)++;
}

static int open_all(void)
{
    return tn_chan_open(&ask, "ask") != TN_OK || tn_chan_open(&answer, "answer") != TN_OK ||
           tn_chan_open(&set, "set") != TN_OK || tn_chan_open(&state, "state") != TN_OK ||
           tn_chan_open(&knock, "knock") != TN_OK || tn_chan_open(&bell, "bell") != TN_OK ||
           tn_chan_open(&spoil, "spoil") != TN_OK ||
           tn_chan_attach(&ask, on_ring, &rings) != TN_OK ||
           tn_chan_attach(&set, on_ring, &rings) != TN_OK ||
           tn_chan_attach(&knock, on_ring, &knocks) != TN_OK;
}

/* The mask closes the gap between the look and WFI. */
static void wait_ring(unsigned rung, unsigned knocked)
{
    uint64_t daif = tn_irq_mask();

    while (rings == rung && knocks == knocked) {
        tn_wfi();
        tn_irq_restore(daif);
        daif = tn_irq_mask();
    }
    tn_irq_restore(daif);
}

/* 1: it was the last. */
static int answer_all(void)
{
    char message[SIZE], reply[SIZE];
    int64_t got;

    while ((got = tn_chan_receive(&ask, message, SIZE)) >= 0) {
        for (int64_t i = 0; i < got; i++) {
            reply[i] = message[got - 1 - i];
        }
        if (got == 3 && memcmp(message, "end", 3) == 0) {
            return 1;
        }
        if (tn_chan_send(&answer, reply, (uint32_t)got) == TN_OK) {
            tn_chan_ring(&answer);
        }
    }
    return 0;
}

static void copy_value(void)
{
    static int64_t seen = -1;
    char value[SIZE];
    int64_t number = tn_chan_read(&set, value);

    if (number > 0 && number != seen) {
        seen = number;
        tn_chan_write(&state, value);
        tn_chan_ring(&state);
    }
}

/* Whatever is in there: no length is beyond the channel's size, and nothing hangs. */
static int read_spoilt(void)
{
    char message[SIZE];

    for (unsigned i = 0; i < 100; i++) {
        int64_t got = tn_chan_receive(&spoil, message, SIZE);

        if (got > SIZE) {
            return 1;
        }
        if (got < 0) {
            break;
        }
    }
    return 0;
}

int main(void)
{
    unsigned rung = 0, knocked = 0;

    if (open_all()) {
        return 1;
    }
    for (;;) {
        unsigned heard = knocks;

        rung = rings;
        if (answer_all()) {
            return 0;
        }
        copy_value();
        if (read_spoilt()) {
            return 2;
        }
        if (heard != knocked) {
            knocked = heard;
            tn_chan_ring(&bell);
        }
        wait_ring(rung, knocked);
    }
}
