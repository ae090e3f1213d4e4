/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts, pauses, resumes and stops `worker`, a hog in a pool, args[1] times; with a second
 * argument it stops it while a more urgent `hog` never sleeps, which it stops then.  Status 0 when
 * all is as it should be, else the line where not.
 */
#include <stdlib.h>
#include <tn/partition.h>
#include <tn/time.h>

#include "check.h"

static void wait_state(int partition, int state)
{
    while (tn_partition_state(partition, NULL, NULL) != state) {}
}

/* The worker's end does not wait for who never waits. */
static int end_beside_a_hog(int worker, int hog, int rounds)
{
    tn_sleep_until(60000000); /* from 50 ms on a hog is one */
    for (int i = 0; i < rounds; i++) {
        CHECK(tn_partition_start(worker) == TN_OK);
        wait_state(worker, TN_PARTITION_RUNNING);
        CHECK(tn_partition_start(hog) == TN_OK);
        wait_state(hog, TN_PARTITION_RUNNING);
        tn_sleep_until(tn_time_now() + 1000000);
        CHECK(tn_partition_stop(worker) == TN_OK);
        wait_state(worker, TN_PARTITION_OFF);
        CHECK(tn_partition_state(hog, NULL, NULL) == TN_PARTITION_RUNNING);
        CHECK(tn_partition_stop(hog) == TN_OK);
        wait_state(hog, TN_PARTITION_OFF);
    }
    return 0;
}

int main(int argc, char **argv)
{
    int worker = tn_partition_find("worker"), rounds = atoi(argv[1]);
    unsigned status, starts;

    if (argc == 3) {
        return end_beside_a_hog(worker, tn_partition_find("hog"), rounds);
    }
    for (int i = 1; i <= rounds; i++) {
        CHECK(tn_partition_start(worker) == TN_OK);
        CHECK(tn_partition_start(worker) == TN_EBUSY);
        wait_state(worker, TN_PARTITION_RUNNING);
        if (i % 2 == 0) {
            CHECK(tn_partition_pause(worker) == TN_OK);
            CHECK(tn_partition_pause(worker) == TN_EBUSY);
            if (i % 4 == 0) {
                CHECK(tn_partition_resume(worker) == TN_OK);
            }
        }
        CHECK(tn_partition_stop(worker) == TN_OK);
        wait_state(worker, TN_PARTITION_OFF);
        tn_partition_state(worker, &status, &starts);
        CHECK(status == 137 && starts == (unsigned)i);
    }
    return 0;
}
