/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts, pauses, resumes and stops each partition that args[2..] name, args[1] times in all; each
 * sends a channel of its name.  Status 0 when all is as it should be, else the line where not.
 */
#include <stdlib.h>
#include <tn/chan.h>
#include <tn/partition.h>
#include <tn/time.h>

#include "check.h"

#define MAX 4

static void wait_state(int partition, int state)
{
    while (tn_partition_state(partition, NULL, NULL) != state) {}
}

static int64_t beats(struct tn_chan *chan)
{
    uint32_t value;

    return tn_chan_read(chan, &value);
}

static void wait_us(uint64_t us)
{
    uint64_t begin = tn_time_now();

    while (tn_time_now() - begin < us * 1000) {}
}

static void once(int partition, struct tn_chan *chan, unsigned round)
{
    int64_t before = beats(chan) < 0 ? 0 : beats(chan);
    unsigned status, starts;

    CHECK(tn_partition_start(partition) == TN_OK);
    while (beats(chan) < before + 2) {}
    if (round % 2 == 0) {
        wait_us(500); /* where it does not come out by itself */
    }
    for (unsigned i = 0; i < round % 4; i++) {
        CHECK(tn_partition_pause(partition) == TN_OK);
        CHECK(tn_partition_state(partition, NULL, NULL) == TN_PARTITION_PAUSED);
        if (i % 2 == 0) {
            wait_us(300);
        }
        CHECK(tn_partition_resume(partition) == TN_OK);
    }
    if (round % 3 == 1) {
        CHECK(tn_partition_pause(partition) == TN_OK);
    }
    CHECK(tn_partition_stop(partition) == TN_OK);
    wait_state(partition, TN_PARTITION_OFF);
    tn_partition_state(partition, &status, &starts);
    CHECK(status == 137 && starts == round + 1);
}

int main(int argc, char **argv)
{
    struct tn_chan chans[MAX];
    int rounds = atoi(argv[1]), count = argc - 2;

    CHECK(count > 0 && count <= MAX);
    for (int i = 0; i < count; i++) {
        CHECK(tn_chan_open(&chans[i], argv[2 + i]) == TN_OK);
    }
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            int partition = tn_partition_find(argv[2 + i]);

            CHECK(partition >= 0);
            once(partition, &chans[i], (unsigned)round);
        }
    }
    return 0;
}
