/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PID controller at 1 kHz on a simulated first-order plant with sensor noise: what a control
 * program looks like here.  After two seconds it prints how the plant answered to the step of
 * the setpoint and how punctual the loop was.
 */
#include <stdint.h>
#include <stdio.h>
#include <tn/loop.h>
#include <tn/loop_print.h>
#include <tn/loop_watchdog.h>

#define PERIOD_NS 1000000u /* 1 kHz */
#define CYCLES 2000u
#define SETPOINT 1.0f
#define BAND 0.02f /* settled: so close to the setpoint for good */

struct pid {
    float kp, ki, kd; /* ki and kd for seconds */
    float limit;      /* of the output, both ways */
    float integral;
    float last_error;
};

/* dy/dt = (gain * u - y) / tau */
struct plant {
    float gain, tau;
    float y;
};

struct state {
    struct pid pid;
    struct plant plant;
    uint32_t noise; /* of the sensor: state of its generator */
    unsigned cycle;
    float peak;
    unsigned rise;    /* first cycle at 90 % */
    unsigned settled; /* cycle after the last one outside the band */
    float error_sum;  /* of squared errors */
};

/* Uniform noise in [-0.002, 0.002]: a linear congruential generator's upper bits. */
static float noise(struct state *s)
{
    s->noise = s->noise * 1664525u + 1013904223u;
    return ((float)(s->noise >> 8) * (1.0f / 16777216.0f) - 0.5f) * 0.004f;
}

static float clamp(float value, float limit)
{
    return value > limit ? limit : value < -limit ? -limit : value;
}

/* The integral stands still while the output is at its limit: no wind-up. */
static float pid_step(struct pid *pid, float error, float dt)
{
    float derivative = (error - pid->last_error) / dt;
    float integral = pid->integral + error * dt;
    float wanted = pid->kp * error + pid->ki * integral + pid->kd * derivative;
    float output = clamp(wanted, pid->limit);

    pid->last_error = error;
    if (output == wanted) {
        pid->integral = integral;
    }
    return output;
}

static void plant_step(struct plant *plant, float u, float dt)
{
    plant->y += (plant->gain * u - plant->y) / plant->tau * dt;
}

static int control(void *ctx)
{
    struct state *s = ctx;
    const float dt = PERIOD_NS * 1e-9f;
    float error = SETPOINT - (s->plant.y + noise(s));

    plant_step(&s->plant, pid_step(&s->pid, error, dt), dt);
    s->cycle++;

    float y = s->plant.y, deviation = y - SETPOINT;

    s->peak = y > s->peak ? y : s->peak;
    if (s->rise == 0 && y >= 0.9f * SETPOINT) {
        s->rise = s->cycle;
    }
    if (deviation > BAND || deviation < -BAND) {
        s->settled = s->cycle;
    }
    s->error_sum += deviation * deviation;
    return 0;
}

/* Thousandths of what is not negative, so that no floating-point formatting gets into the image. */
static int milli(float x)
{
    return (int)(x * 1000.0f + 0.5f);
}

static void print_response(const struct state *s)
{
    int overshoot = s->peak > SETPOINT ? milli(s->peak - SETPOINT) : 0;
    int value = milli(s->plant.y);

    printf("step response: 90 %% after %u ms, within 2 %% after %u ms\n", s->rise, s->settled);
    printf("  overshoot %d.%d %%, final value %d.%03d, mean square error 0.%03d\n", overshoot / 10,
           overshoot % 10, value / 1000, value % 1000, milli(s->error_sum / (float)s->cycle));
}

int main(void)
{
    static struct tn_loop loop;
    static struct state state = {
        .pid = {.kp = 4.0f, .ki = 20.0f, .kd = 0.002f, .limit = 5.0f},
        .plant = {.gain = 2.0f, .tau = 0.1f},
        .noise = 1,
    };
    const struct tn_loop_config config = {
        .name = "pid",
        .period_ns = PERIOD_NS,
        .policy = TN_LOOP_SKIP,
        .iterations = CYCLES,
        .guard = &tn_loop_watchdog,
        .watchdog_ns = 1000 * (uint64_t)PERIOD_NS,
    };

    puts("PID controller at 1 kHz, first-order plant, 2 s");
    if (tn_loop_init(&loop, &config) != TN_OK || tn_loop_run(&loop, control, &state) != TN_OK) {
        puts("the loop did not start");
        return 1;
    }
    print_response(&state);
    tn_loop_print(&loop);
    return state.settled < CYCLES / 2 ? 0 : 1;
}
