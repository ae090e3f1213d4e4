/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other end of a hostile partition's channels: it checks its memory args[1] times, reads what
 * was forged in "forged" and believes nothing, and counts the rings of "storm".  Status 0: its
 * memory was its own, no message was longer than the channel's, and some rings came.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tn/chan.h>
#include <tn/irq.h>

#define SIZE 48u
#define GUARD 16u

static volatile uint32_t words[16384];
static struct tn_chan forged, storm;
static atomic_uint rings;

static void on_ring(void *arg)
{
    (void)arg;
    rings++;
}

/* Reads a few, whatever is there; nothing is written behind the longest message. */
static int read_forged(void)
{
    uint8_t message[SIZE + GUARD], guard[GUARD];

    memset(message, 0x5a, sizeof(message));
    memset(guard, 0x5a, sizeof(guard));
    for (unsigned i = 0; i < 8; i++) {
        if (tn_chan_receive(&forged, message, SIZE) > (int64_t)SIZE) {
            return 3;
        }
    }
    return memcmp(message + SIZE, guard, GUARD) == 0 ? 0 : 4;
}

static int round_of(uint32_t round)
{
    for (uint32_t i = 0; i < 16384; i++) {
        words[i] = round << 16 | i;
    }
    for (uint32_t i = 0; i < 16384; i++) {
        if (words[i] != (round << 16 | i)) {
            return 1;
        }
    }
    return read_forged();
}

int main(int argc, char **argv)
{
    uint32_t rounds = (uint32_t)atoi(argv[argc - 1]);
    int status = 0;

    if (tn_chan_open(&forged, "forged") != TN_OK || tn_chan_open(&storm, "storm") != TN_OK ||
        tn_chan_attach(&storm, on_ring, NULL) != TN_OK) {
        return 2;
    }
    /* Some rings must come: the enemy never stops before it has made its tries. */
    for (uint32_t round = 0; status == 0 && (round < rounds || rings == 0); round++) {
        status = round_of(round);
    }
    return status == 0 && tn_irq_stray_count() != 0 ? 5 : status;
}
