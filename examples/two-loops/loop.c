/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loop, in bypass mode: a proportional-integral controller at 1 kHz on a simulated
 * plant.  Takes setpoints when they come, without waiting for any, and says after each sample where
 * the plant is.
 */
#include <stdbool.h>
#include <stdio.h>
#include <tn/chan.h>
#include <tn/loop.h>

#include "shared.h"

#define PERIOD_NS 1000000u
#define BAND 0.02f
#define STAY 50u /* samples within the band */

struct state {
    struct tn_chan setpoints, measurements;
    struct setpoint setpoint;
    struct measurement measurement;
    float plant, integral;
    unsigned inside; /* samples in a row */
    bool end;
};

static void control(struct state *s)
{
    const float dt = PERIOD_NS * 1e-9f;
    float error = s->setpoint.value - s->plant;

    s->integral += error * dt;
    /* dy/dt = (2 u - y) / 100 ms */
    s->plant += (2.0f * (4.0f * error + 40.0f * s->integral) - s->plant) / 0.1f * dt;
}

static void measure(struct state *s)
{
    struct measurement *m = &s->measurement;
    float error = s->plant - s->setpoint.value, band = BAND * s->setpoint.value;

    m->samples++;
    m->value = s->plant;
    s->inside = error < band && error > -band ? s->inside + 1 : 0;
    if (m->settled == 0 && s->inside == STAY) {
        m->settled = m->samples - STAY;
    }
    tn_chan_write(&s->measurements, m);
}

static int step(void *ctx)
{
    struct state *s = ctx;

    if (tn_chan_receive(&s->setpoints, &s->setpoint, sizeof(s->setpoint)) > 0) {
        s->measurement = (struct measurement){.number = s->setpoint.number};
        s->inside = 0;
    }
    control(s);
    measure(s);
    return s->measurement.number != 0 && s->setpoint.value == 0.0f;
}

int main(void)
{
    static struct tn_loop loop;
    static struct state state;
    const struct tn_loop_config config = {.name = "loop", .period_ns = PERIOD_NS};
    struct tn_loop_stats stats;

    if (tn_chan_open(&state.setpoints, "setpoint") != TN_OK ||
        tn_chan_open(&state.measurements, "measurement") != TN_OK ||
        tn_loop_init(&loop, &config) != TN_OK) {
        puts("the loop does not start");
        return 1;
    }
    tn_loop_run(&loop, step, &state);
    tn_loop_stats(&loop, &stats);
    printf("cycles missed: %d\n", (int)stats.missed);
    return stats.missed != 0;
}
