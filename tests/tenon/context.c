/* SPDX-License-Identifier: Apache-2.0 */
/* A handler calls what has no answer for it (CALL): the image ends and says so. */
#include <stdio.h>
#include <tn/alarm.h>
#include <tn/thread.h>
#include <tn/time.h>

static void expired(struct tn_alarm *alarm)
{
    (void)alarm;
    CALL;
}

static void *peer(void *arg)
{
    for (;;) {
        tn_thread_yield();
    }
    return arg;
}

int main(void)
{
    static struct tn_alarm alarm;
    static struct tn_thread thread;
    static TN_ALIGNED(16) char stack[4096];
    const struct tn_thread_attr attr = {.name = "peer",
                                        .stack = stack,
                                        .stack_size = sizeof(stack),
                                        .prio = tn_thread_priority(tn_thread_self())};

    tn_thread_create(&thread, &attr, peer, NULL);
    tn_alarm_init(&alarm, expired);
    tn_alarm_start(&alarm, tn_time_ticks() + 1000, 0);
    for (uint64_t end = tn_time_now() + 1000000; tn_time_now() < end;) {}
    puts("not seen");
    return 0;
}
