/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor, in Tenon mode: says when the plant has settled, until the loop has ended. */
#include <stdio.h>
#include <time.h>
#include <tn/chan.h>

#include "shared.h"

#define PERIOD_NS 10000000

int main(void)
{
    const struct timespec period = {0, PERIOD_NS};
    static struct tn_chan reports;
    struct measurement m = {0};
    uint32_t told = 0;

    if (tn_chan_open(&reports, "report") != TN_OK) {
        puts("there is nothing to watch");
        return 1;
    }
    while (!m.ended) {
        nanosleep(&period, NULL);
        if (tn_chan_read(&reports, &m) > 0 && m.settled != 0 && m.number != told) {
            told = m.number;
            printf("setpoint %u: at %d after %u ms\n", (unsigned)m.number,
                   (int)(m.value + 500) / 1000, (unsigned)m.settled);
        }
    }
    return 0;
}
