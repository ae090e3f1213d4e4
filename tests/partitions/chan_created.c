/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program for a slot with channels to and from its creator.  It does what messages say, each a
 * word: a number is answered with its triple, as a message and as the latest value, and both ways
 * are told of by a doorbell; see enum order.  args[1] "peek": at once to memory of a channel that
 * the slot has and this program has not asked for.
 */
#include <stdlib.h>
#include <string.h>
#include <tn/chan.h>
#include <tn/irq.h>
#include <tn/sysreg.h>

#include "chan_orders.h"
#include "random.h"

static struct tn_chan in, out, goal, doing, bell;
static volatile unsigned rung;

static void on_ring(void *arg)
{
    (void)arg;
    rung++;
}

/* The mask closes the gap between the look and WFI. */
static uint32_t receive(void)
{
    uint32_t word = ORDER_END;
    uint64_t daif = tn_irq_mask();

    while (tn_chan_receive(&in, &word, sizeof(word)) == TN_EAGAIN) {
        tn_wfi();
        tn_irq_restore(daif);
        daif = tn_irq_mask();
    }
    tn_irq_restore(daif);
    return word;
}

/* Anything into all that it can write: its control words, sizes of messages, its page of `in`. */
static void forge(void)
{
    for (uint32_t n = 0; n < 20000; n++) {
        const struct tn_channel_end *end = n % 2 ? out.end : doing.end;
        uint32_t at = next() % 4 ? end->pages - 64 + (uint32_t)(next() % 16) * 4
                                 : (uint32_t)(next() % (end->pages / 4)) * 4;

        *(volatile uint32_t *)(end->memory + at) = (uint32_t)next() >> next() % 32;
        at = (uint32_t)(next() % 1024) * 4;
        *(volatile uint32_t *)(in.end->memory + in.end->pages + at) = (uint32_t)next();
    }
}

/* In place of what the creator says. */
static void poke(void)
{
    *(volatile uint32_t *)in.end->memory = 1;
}

static int answer(uint32_t word)
{
    uint32_t value[2] = {0, 0}, triple = word * 3;

    if (tn_chan_read(&goal, value) < 0 || value[0] != word || value[1] != ~word) {
        return 1;
    }
    value[0] = triple;
    value[1] = ~triple;
    if (tn_chan_write(&doing, value) != TN_OK ||
        tn_chan_send(&out, &triple, sizeof(triple)) != TN_OK) {
        return 1;
    }
    return tn_chan_ring(&out) != TN_OK || tn_chan_ring(&bell) != TN_OK;
}

static int wrong_side(void)
{
    uint32_t word = 0;

    return tn_chan_send(&in, &word, 4) != TN_EPERM || tn_chan_receive(&out, &word, 4) != TN_EPERM ||
           tn_chan_ring(&in) != TN_EPERM || tn_chan_attach(&out, on_ring, NULL) != TN_EPERM ||
           tn_chan_open(&out, "other") != TN_ENOENT;
}

static int work(void)
{
    for (;;) {
        uint32_t word = receive();

        switch (word) {
        case ORDER_END:
            return 0;
        case ORDER_FORGE:
            forge();
            return 0;
        case ORDER_POKE:
            poke();
            return 7;
        case ORDER_RUNG:
            return rung == 0;
        default:
            if (answer(word) != 0) {
                return 2;
            }
        }
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    if (argv[1][0] == 'p') {
        /* `in` lies before `out`, and its last page would be the slot's to write. */
        return tn_chan_open(&out, "out") != TN_OK || tn_chan_open(&in, "in") != TN_ENOENT
                   ? 3
                   : *(volatile uint8_t *)(out.end->memory - 4096) + 4;
    }
    if (tn_chan_open(&in, "in") != TN_OK || tn_chan_open(&out, "out") != TN_OK ||
        tn_chan_open(&goal, "goal") != TN_OK || tn_chan_open(&doing, "state") != TN_OK ||
        tn_chan_open(&bell, "bell") != TN_OK || wrong_side() != 0 ||
        tn_chan_attach(&in, on_ring, NULL) != TN_OK) {
        return 1;
    }
    tn_irq_unmask();
    return work();
}
