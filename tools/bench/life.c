/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts, pauses, resumes, restarts and stops each partition that it is given, one after the other,
 * all on one CPU beside its own, and sleeps after each call until everything is done.  count.c sees
 * the marks, and what Mortise executes between them, on both CPUs: nothing else runs at EL2.
 */
#include <stddef.h>
#include <tn/errno.h>
#include <tn/partition.h>
#include <tn/time.h>

#include "mark.h"

#define ROUNDS 3
#define REST 2000000u /* ns of virtual time: to clear memory, boot and reach main */

MARK(mark_start)
MARK(mark_pause)
MARK(mark_resume)
MARK(mark_restart)
MARK(mark_stop)
MARK(mark_done)
MARK(mark_over)

static int errors;

/* One call between its mark and mark_done; at mark_over its consequences are over, too. */
static inline void measure(void (*mark)(void), int (*call)(int partition), int partition)
{
    mark();
    errors += call(partition) != TN_OK;
    mark_done();
    tn_sleep(REST);
    mark_over();
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int partition = tn_partition_find(argv[i]);

        for (int round = 0; round < ROUNDS; round++) {
            measure(mark_start, tn_partition_start, partition);
            measure(mark_pause, tn_partition_pause, partition);
            measure(mark_resume, tn_partition_resume, partition);
            measure(mark_restart, tn_partition_restart, partition);
            measure(mark_stop, tn_partition_stop, partition);
            errors += tn_partition_state(partition, NULL, NULL) != TN_PARTITION_OFF;
        }
    }
    return errors != 0;
}
