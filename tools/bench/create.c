/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives a slot a program, starts it, stops it and takes it out again, a few times.  count.c sees
 * the marks and each return from EL2 between them: one for each call.
 */
#include <stddef.h>
#include <tn/errno.h>
#include <tn/partition.h>
#include <tn/time.h>

#include "mark.h"

#define ROUNDS 3
#define REST 2000000u /* ns of virtual time: to clear memory, boot and reach main */

MARK(mark_create)
MARK(mark_destroy)
MARK(mark_done)

extern const char part[], part_end[];

int main(void)
{
    int slot = tn_partition_find("slot"), errors = 0;

    for (int round = 0; round < ROUNDS; round++) {
        mark_create();
        errors += tn_partition_create(slot, part, (size_t)(part_end - part)) != TN_OK;
        mark_done();
        errors += tn_partition_start(slot) != TN_OK;
        tn_sleep(REST);
        errors += tn_partition_state(slot, NULL, NULL) != TN_PARTITION_RUNNING;
        errors += tn_partition_stop(slot) != TN_OK;
        tn_sleep(REST);
        mark_destroy();
        errors += tn_partition_destroy(slot) != TN_OK;
        mark_done();
    }
    return errors != 0;
}
