/* SPDX-License-Identifier: Apache-2.0 */
/* A manager that would be rid of the program at EL2, and outlives it: ends with 5 after it. */
#include <time.h>
#include <tn/partition.h>

int main(void)
{
    int host = tn_partition_find("host");

    if (tn_partition_stop(host) != TN_EINVAL || tn_partition_pause(host) != TN_EINVAL ||
        tn_partition_restart(host) != TN_EINVAL) {
        return 1;
    }
    while (tn_partition_state(host, NULL, NULL) != TN_PARTITION_OFF) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    return tn_partition_start(host) == TN_EINVAL ? 5 : 2;
}
