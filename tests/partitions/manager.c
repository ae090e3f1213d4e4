/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manages `worker` and `other`, which have one CPU between them: starts, pauses, resumes and stops
 * them args[1] times, and checks each state and status.  Status 0 when all is as it should be, else
 * the line where not.
 */
#include <stdlib.h>
#include <tn/chan.h>
#include <tn/partition.h>
#include <tn/time.h>

#include "check.h"

static struct tn_chan beat, quit;

static void wait_state(int partition, int state)
{
    while (tn_partition_state(partition, NULL, NULL) != state) {}
}

static uint64_t beats(void)
{
    uint32_t value;
    int64_t count = tn_chan_read(&beat, &value);

    return count < 0 ? 0 : (uint64_t)count;
}

static void wait_beats(uint64_t more)
{
    uint64_t until = beats() + more;

    while (beats() < until) {}
}

static void refusals(int worker, int self)
{
    CHECK(tn_partition_find("nobody") == TN_ENOENT && tn_partition_find("") == TN_ENOENT);
    CHECK(tn_partition_find("a name that is longer than any name can be") == TN_ENOENT);
    CHECK(tn_partition_start(self) == TN_EINVAL && tn_partition_stop(self) == TN_EINVAL);
    CHECK(tn_partition_start(-1) == TN_EINVAL && tn_partition_state(99, NULL, NULL) == TN_EINVAL);
    CHECK(tn_partition_pause(worker) == TN_EBUSY && tn_partition_resume(worker) == TN_EBUSY);
    CHECK(tn_partition_stop(worker) == TN_OK); /* OFF already */
}

/* A pause holds: no beat comes; then they come again. */
static void pause_and_resume(int worker)
{
    uint64_t seen, begin;

    CHECK(tn_partition_pause(worker) == TN_OK);
    CHECK(tn_partition_pause(worker) == TN_EBUSY);
    begin = tn_time_now();
    while (tn_time_now() - begin < 200000) {}
    seen = beats();
    begin = tn_time_now();
    while (tn_time_now() - begin < 200000) {}
    CHECK(beats() <= seen + 1); /* one that was under way when the host was slow */
    CHECK(tn_partition_resume(worker) == TN_OK);
    wait_beats(3);
}

int main(int argc, char **argv)
{
    int worker = tn_partition_find("worker"), other = tn_partition_find("other");
    int self = tn_partition_find(argv[0]), rounds = atoi(argv[1]);
    unsigned status, starts;
    int error;

    (void)argc;
    CHECK(worker >= 0 && other >= 0 && self >= 0 && tn_chan_open(&beat, "beat") == TN_OK &&
          tn_chan_open(&quit, "quit") == TN_OK);
    refusals(worker, self);
    for (int i = 1; i <= rounds; i++) {
        CHECK(tn_partition_start(worker) == TN_OK);
        error = tn_partition_start(worker);
        CHECK(error == TN_EBUSY);
        CHECK(tn_partition_start(other) == TN_EBUSY); /* the CPU is taken */
        wait_beats(2);
        if (i == 1) {
            CHECK(tn_partition_state(worker, NULL, &starts) == TN_PARTITION_RUNNING && starts == 1);
        }
        if (i % 8 == 1) {
            pause_and_resume(worker);
        }
        if (i % 4 == 2) {
            CHECK(tn_partition_pause(worker) == TN_OK);
        }
        if (i % 4 == 3) {
            tn_chan_write(&quit, &i); /* it ends by itself */
        } else {
            CHECK(tn_partition_stop(worker) == TN_OK);
        }
        wait_state(worker, TN_PARTITION_OFF);
        tn_partition_state(worker, &status, &starts);
        CHECK(status == (i % 4 == 3 ? 0 : 137) && starts == (unsigned)i);
        if (i % 4 == 0) {
            CHECK(tn_partition_start(other) == TN_OK);
            wait_state(other, TN_PARTITION_OFF);
            tn_partition_state(other, &status, NULL);
            CHECK(status == 0);
        }
    }
    return 0;
}
