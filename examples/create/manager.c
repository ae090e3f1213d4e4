/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries the program of another partition as a file, as one that has it from a network would, and
 * gives it to Mortise when there is work: created, started, destroyed, twice.
 */
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <tn/partition.h>

extern const char job_part[], job_part_end[]; /* file.S */

/* Nothing is in a hurry here: the CPU sleeps meanwhile. */
static unsigned wait_for_end(int partition)
{
    unsigned status;

    while (tn_partition_state(partition, &status, NULL) != TN_PARTITION_OFF) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    return status;
}

int main(void)
{
    int slot = tn_partition_find("slot");

    for (int i = 0; i < 2; i++) {
        int error = tn_partition_create(slot, job_part, (size_t)(job_part_end - job_part));

        if (error != TN_OK) {
            printf("the slot does not take the program: %d\n", error);
            return 1;
        }
        if (tn_partition_start(slot) == TN_OK) {
            printf("the program has ended with status %u\n", wait_for_end(slot));
        }
        if (tn_partition_destroy(slot) == TN_OK) {
            printf("the slot is empty\n");
        }
    }
    return 0;
}
