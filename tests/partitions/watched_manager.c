/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts, pauses, resumes, restarts and stops instances that are watched: `lives`, which kicks
 * every ms of its 2, and `hangs`, which does so once.  Status 0 when all is as it should be, else
 * the line where not.
 */
#include <tn/partition.h>
#include <tn/time.h>

#include "check.h"

static void pass(uint64_t us)
{
    tn_sleep_until(tn_time_now() + us * 1000);
}

static int state(int partition)
{
    return tn_partition_state(partition, NULL, NULL);
}

/* Each life begins with a kick, so that 2 ms later it is over. */
static void manage_one_that_hangs(int hangs)
{
    unsigned status, starts;

    CHECK(tn_partition_start(hangs) == TN_OK);
    pass(1000);
    CHECK(tn_partition_pause(hangs) == TN_OK);
    pass(10000);
    CHECK(state(hangs) == TN_PARTITION_PAUSED);
    CHECK(tn_partition_resume(hangs) == TN_OK);
    pass(1500);
    CHECK(state(hangs) == TN_PARTITION_RUNNING);
    pass(5000);
    CHECK(tn_partition_state(hangs, &status, &starts) == TN_PARTITION_OFF);
    CHECK(status == 139 && starts == 1);

    CHECK(tn_partition_start(hangs) == TN_OK);
    pass(1500);
    CHECK(tn_partition_restart(hangs) == TN_OK);
    pass(1500);
    CHECK(state(hangs) == TN_PARTITION_RUNNING);
    CHECK(tn_partition_stop(hangs) == TN_OK);
    pass(5000);
    CHECK(tn_partition_state(hangs, &status, &starts) == TN_PARTITION_OFF);
    CHECK(status == 137 && starts == 3);
}

int main(void)
{
    int lives = tn_partition_find("lives");
    unsigned starts;

    CHECK(tn_partition_start(lives) == TN_OK);
    pass(5000);
    CHECK(tn_partition_pause(lives) == TN_OK);
    pass(10000);
    CHECK(tn_partition_resume(lives) == TN_OK);
    manage_one_that_hangs(tn_partition_find("hangs"));
    CHECK(tn_partition_state(lives, NULL, &starts) == TN_PARTITION_RUNNING && starts == 1);
    CHECK(tn_partition_stop(lives) == TN_OK);
    return 0;
}
