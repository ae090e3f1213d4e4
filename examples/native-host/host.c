/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain program at EL2 whose loop steps a motor every millisecond.  It begins as the only thing
 * on the machine; later it becomes a hypervisor: it starts a partition with a planner, whom nothing
 * here trusts, follows the goals that come, and starts a second one that watches the motor.
 */
#include <stdio.h>
#include <tn/chan.h>
#include <tn/loop.h>
#include <tn/partition.h>
#include <tn/time.h>

#define PERIOD_NS 1000000u
#define ALONE 50u  /* cycles before anybody else is on the machine */
#define WATCH 150u /* the cycle that starts the watcher */
#define LAST 100   /* the goal at which the work is done */

struct state {
    struct tn_chan goals, positions;
    int planner, watcher;
    int32_t goal, position;
    unsigned cycles;
};

static void start(int partition, const char *name, const struct state *s)
{
    if (tn_partition_start(partition) == TN_OK) {
        printf("cycle %u: %s started\n", s->cycles, name);
    }
}

static int step(void *ctx)
{
    struct state *s = ctx;

    s->cycles++;
    if (s->cycles == ALONE) {
        start(s->planner, "planner", s);
    } else if (s->cycles == WATCH) {
        start(s->watcher, "watcher", s);
    }
    (void)tn_chan_receive(&s->goals, &s->goal, sizeof(s->goal));
    s->position += (s->goal > s->position) - (s->goal < s->position);
    tn_chan_write(&s->positions, &s->position);
    return s->goal == LAST && s->position == LAST && s->cycles > WATCH &&
           tn_partition_state(s->watcher, NULL, NULL) == TN_PARTITION_OFF;
}

int main(void)
{
    static struct tn_loop loop;
    static struct state s;
    const struct tn_loop_config config = {.name = "motor", .period_ns = PERIOD_NS};
    struct tn_loop_stats stats;

    s.planner = tn_partition_find("planner");
    s.watcher = tn_partition_find("watcher");
    if (tn_chan_open(&s.goals, "goal") != TN_OK ||
        tn_chan_open(&s.positions, "position") != TN_OK || tn_loop_init(&loop, &config) != TN_OK) {
        puts("the loop does not start");
        return 1;
    }
    tn_loop_run(&loop, step, &s);
    tn_partition_stop(s.planner); /* it never ends by itself */
    while (tn_partition_state(s.planner, NULL, NULL) != TN_PARTITION_OFF) {
        tn_sleep_until(tn_time_now() + PERIOD_NS);
    }
    tn_loop_stats(&loop, &stats);
    printf("planner stopped; cycles missed: %d\n", (int)stats.missed);
    return stats.missed != 0;
}
