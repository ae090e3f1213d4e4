/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Works WORK microseconds in each PERIOD, COUNT times, and says how many jobs ended after their
 * period.  The CPU is shared: what counts as work is the time that Mortise says it has had.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tn/hypercall.h>
#include <tn/time.h>

#define GRID_NS 50000000u /* all begin together */

static uint64_t used(void)
{
    return tn_time_from_ticks((uint64_t)tn_hypercall1(TN_HC_SCHED_USED, 0));
}

int main(int argc, char **argv)
{
    uint64_t period, work, release = (tn_time_now() / GRID_NS + 1) * GRID_NS;
    unsigned count, late = 0;

    if (argc != 4) {
        return 1;
    }
    period = strtoul(argv[1], NULL, 10) * 1000;
    work = strtoul(argv[2], NULL, 10) * 1000;
    count = (unsigned)strtoul(argv[3], NULL, 10);
    for (unsigned i = 0; i < count; i++, release += period) {
        uint64_t begin;

        tn_sleep_until(release);
        begin = used();
        while (used() - begin < work) {}
        late += tn_time_now() > release + period;
    }
    printf("%u jobs, %u late\n", count, late);
    return 0;
}
