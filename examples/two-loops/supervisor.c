/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outer loop, in Tenon mode: sends a setpoint, watches the latest measurement until the plant
 * has settled there, and goes on to the next.  It never makes the inner loop wait.
 */
#include <stdio.h>
#include <time.h>
#include <tn/chan.h>

#include "shared.h"

#define PERIOD_NS 10000000

static struct tn_chan setpoints, measurements;

static void wait_settled(const struct setpoint *setpoint)
{
    const struct timespec period = {0, PERIOD_NS};
    struct measurement m;

    do {
        nanosleep(&period, NULL);
    } while (tn_chan_read(&measurements, &m) <= 0 || m.number != setpoint->number ||
             m.settled == 0);
    printf("setpoint %d: settled after %u ms\n", (int)setpoint->value, (unsigned)m.settled);
}

int main(void)
{
    static const float values[] = {10.0f, 25.0f, 5.0f, 40.0f};
    struct setpoint setpoint = {0};

    if (tn_chan_open(&setpoints, "setpoint") != TN_OK ||
        tn_chan_open(&measurements, "measurement") != TN_OK) {
        puts("there is nobody to supervise");
        return 1;
    }
    for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        setpoint = (struct setpoint){.number = i + 1, .value = values[i]};
        tn_chan_send(&setpoints, &setpoint, sizeof(setpoint));
        wait_settled(&setpoint);
    }
    setpoint = (struct setpoint){.number = setpoint.number + 1};
    return tn_chan_send(&setpoints, &setpoint, sizeof(setpoint)) != TN_OK;
}
