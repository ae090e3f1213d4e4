/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Creates a program in the slot args[1], args[2] times, and waits for its end, which is for good
 * when the slot's restarts are used up; says with which status and in which life of the slot.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <tn/partition.h>

#include "check.h"

extern const char end_part[], end_part_end[];

int main(int argc, char **argv)
{
    int slot = tn_partition_find(argv[1]);

    (void)argc;
    for (int i = 0; i < atoi(argv[2]); i++) {
        unsigned status, starts;

        CHECK(tn_partition_create(slot, end_part, (size_t)(end_part_end - end_part)) == TN_OK);
        CHECK(tn_partition_start(slot) == TN_OK);
        while (tn_partition_state(slot, &status, &starts) != TN_PARTITION_OFF) {
            nanosleep(&(struct timespec){0, 200000}, NULL);
        }
        CHECK(tn_partition_destroy(slot) == TN_OK);
        printf("status %u, start %u\n", status, starts);
    }
    return 0;
}
