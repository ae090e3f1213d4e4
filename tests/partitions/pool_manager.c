/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts, pauses, resumes and stops `worker`, a hog in a pool, args[1] times.  Status 0 when all is
 * as it should be, else the line where not.
 */
#include <stdlib.h>
#include <tn/partition.h>
#include <tn/time.h>

#include "check.h"

static void wait_state(int partition, int state)
{
    while (tn_partition_state(partition, NULL, NULL) != state) {}
}

int main(int argc, char **argv)
{
    int worker = tn_partition_find("worker"), rounds = atoi(argv[1]);
    unsigned status, starts;

    (void)argc;
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
