/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A control loop whose table is larger than a first-level cache: each cycle reads all of it, and
 * asks Mortise for something.  The neighbour, if it is there, has the cache meanwhile, and is
 * stopped at the end.
 */
#include <stdint.h>
#include <tn/partition.h>
#include <tn/time.h>

#define LINE 64
#define LINES 2048 /* 128 KiB */
#define CYCLES 50
#define PERIOD_NS 1000000u

uint8_t table[LINES * LINE] __attribute__((aligned(4096)));

int main(void)
{
    uint64_t next = tn_time_now();
    unsigned sum = 0;

    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        for (unsigned i = 0; i < LINES; i++) {
            sum += *(volatile uint8_t *)&table[i * LINE];
        }
        sum += tn_partition_find("hog") == 0;
        next += PERIOD_NS;
        tn_sleep_until(next);
    }
    if (tn_partition_find("hog") >= 0) {
        tn_partition_stop(tn_partition_find("hog"));
    }
    return sum != 0;
}
