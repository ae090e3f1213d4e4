/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread on each of two CPUs, and one that begins on one and ends on the other; then main marks
 * the end and, with ENDLESS, goes on for ever.  For test_trace.py.
 */
#include <tn/mark.h>
#include <tn/thread.h>
#include <tn/time.h>

static struct tn_thread threads[3];
static TN_ALIGNED(16) char stacks[3][4096];

static void *stays(void *arg)
{
    for (int i = 0; i < 3; i++) {
        tn_trace_mark(*(const unsigned *)arg, tn_cpu_self());
        tn_sleep(1000000);
    }
    return NULL;
}

static void *moves(void *arg)
{
    tn_trace_mark(3, tn_cpu_self());
    tn_thread_set_affinity(tn_thread_self(), 2);
    tn_trace_mark(3, tn_cpu_self());
    return arg;
}

static void start(unsigned number, const char *name, void *(*entry)(void *), uint64_t cpus)
{
    static unsigned values[] = {1, 2, 3};
    const struct tn_thread_attr attr = {.name = name,
                                        .stack = stacks[number],
                                        .stack_size = sizeof(stacks[number]),
                                        .prio = 10,
                                        .affinity = cpus};

    tn_thread_create(&threads[number], &attr, entry, &values[number]);
}

int main(void)
{
    tn_thread_set_affinity(tn_thread_self(), 1);
    start(0, "left", stays, 1);
    start(1, "right", stays, 2);
    start(2, "wanderer", moves, 1);
    for (int i = 0; i < 3; i++) {
        tn_thread_join(&threads[i], NULL, TN_FOREVER);
    }
    tn_trace_mark(4, 0);
#ifdef ENDLESS
    for (;;) {}
#endif
    return 0;
}
