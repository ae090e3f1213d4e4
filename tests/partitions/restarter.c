/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Restarts `worker` args[1] times, running and paused in turn, and checks that each life begins
 * clean (worker.c looks) and is counted.  Status 0 when all is as it should be, else the line where
 * not.
 */
#include <stdlib.h>
#include <tn/chan.h>
#include <tn/partition.h>

#include "check.h"

int main(int argc, char **argv)
{
    int worker = tn_partition_find("worker"), self = tn_partition_find(argv[0]);
    unsigned rounds = (unsigned)atoi(argv[1]), starts = 0, status;
    struct tn_chan beat;

    CHECK(argc == 2 && worker >= 0 && tn_chan_open(&beat, "beat") == TN_OK);
    CHECK(tn_partition_restart(worker) == TN_EBUSY); /* it is OFF */
    CHECK(tn_partition_restart(self) == TN_EINVAL && tn_partition_restart(-1) == TN_EINVAL);
    CHECK(tn_partition_start(worker) == TN_OK);
    for (unsigned i = 1; i <= rounds; i++) {
        uint32_t value = 0;
        int64_t before, state;

        do {
            state = tn_partition_state(worker, &status, &starts);
            CHECK(state != TN_PARTITION_OFF && state != TN_PARTITION_PAUSED);
        } while (state != TN_PARTITION_RUNNING || starts != i);
        before = tn_chan_read(&beat, &value);
        while (tn_chan_read(&beat, &value) <= before + 2) {
            CHECK(tn_partition_state(worker, &status, NULL) == TN_PARTITION_RUNNING);
        }
        if (i % 2 == 0) {
            CHECK(tn_partition_pause(worker) == TN_OK);
        }
        CHECK(tn_partition_restart(worker) == TN_OK);
    }
    while (tn_partition_state(worker, &status, &starts) != TN_PARTITION_RUNNING) {}
    CHECK(tn_partition_stop(worker) == TN_OK);
    while (tn_partition_state(worker, &status, &starts) != TN_PARTITION_OFF) {}
    CHECK(status == 137 && starts == rounds + 1);
    return 0;
}
