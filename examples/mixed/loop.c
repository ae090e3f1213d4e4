/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control loop, in bypass mode: a proportional-integral controller at 1 kHz on a simulated
 * plant.  Setpoints come from Linux, whether that lives or not; both others see where the plant is.
 */
#include <stdio.h>
#include <tn/chan.h>
#include <tn/loop.h>

#include "shared.h"

#define PERIOD_NS 1000000u
#define STAY 50u /* samples within 2 % */

struct state {
    struct tn_chan setpoints, measurements, reports;
    struct setpoint setpoint;
    struct measurement measurement;
    float plant, integral;
    uint32_t samples, inside;
};

static void control(struct state *s, float setpoint)
{
    const float dt = PERIOD_NS * 1e-9f;
    float error = setpoint - s->plant;

    s->integral += error * dt;
    /* dy/dt = (2 u - y) / 100 ms */
    s->plant += (2.0f * (4.0f * error + 40.0f * s->integral) - s->plant) / 0.1f * dt;
}

static void measure(struct state *s, float setpoint)
{
    float error = s->plant - setpoint, band = 0.02f * setpoint;

    s->samples++;
    s->inside = error < band && error > -band ? s->inside + 1 : 0;
    if (s->measurement.settled == 0 && s->inside == STAY) {
        s->measurement.settled = s->samples - STAY;
    }
    s->measurement.value = (int32_t)(s->plant * 1000.0f);
}

static int step(void *ctx)
{
    struct state *s = ctx;
    float setpoint;

    if (tn_chan_receive(&s->setpoints, &s->setpoint, sizeof(s->setpoint)) > 0) {
        s->measurement.number = s->setpoint.number;
        s->measurement.settled = 0;
        s->samples = s->inside = 0;
    }
    setpoint = (float)s->setpoint.value / 1000.0f;
    control(s, setpoint);
    measure(s, setpoint);
    s->measurement.ended = s->measurement.number != 0 && s->setpoint.value == 0;
    tn_chan_write(&s->measurements, &s->measurement);
    tn_chan_write(&s->reports, &s->measurement);
    return (int)s->measurement.ended;
}

int main(void)
{
    static struct tn_loop loop;
    static struct state state;
    const struct tn_loop_config config = {.name = "loop", .period_ns = PERIOD_NS};
    struct tn_loop_stats stats;

    if (tn_chan_open(&state.setpoints, "setpoint") != TN_OK ||
        tn_chan_open(&state.measurements, "measurement") != TN_OK ||
        tn_chan_open(&state.reports, "report") != TN_OK || tn_loop_init(&loop, &config) != TN_OK) {
        puts("the loop does not start");
        return 1;
    }
    tn_loop_run(&loop, step, &state);
    tn_loop_stats(&loop, &stats);
    printf("%u cycles, missed: %u\n", (unsigned)stats.cycles, (unsigned)stats.missed);
    return stats.missed != 0;
}
