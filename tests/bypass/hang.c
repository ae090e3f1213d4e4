/* SPDX-License-Identifier: Apache-2.0 */
/* A step that never comes back: the watchdog asks the hook once, then ends the program. */
#include <tn/loop.h>
#include <tn/loop_watchdog.h>

#include "check.h"

static bool on_watchdog(void *ctx, uint64_t running_ns)
{
    (void)ctx;
    CHECK(running_ns >= 20000000);
    puts("asked");
    return false;
}

static int step(void *ctx)
{
    static volatile int cycle;

    (void)ctx;
    cycle = cycle + 1;
    while (cycle >= 3) {}
    return 0;
}

int main(void)
{
    static struct tn_loop loop;
    const struct tn_loop_config config = {
        .name = "hang",
        .period_ns = 1000000,
        .guard = &tn_loop_watchdog,
        .watchdog_ns = 20000000,
        .on_watchdog = on_watchdog,
    };

    CHECK(tn_loop_init(&loop, &config) == TN_OK);
    return tn_loop_run(&loop, step, NULL);
}
