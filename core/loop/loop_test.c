/* SPDX-License-Identifier: Apache-2.0 */
/* The loop on a clock that only the test moves: grid, policies, counters, hooks. */
#include <tn/loop.h>

#include <tn/compiler.h>
#include <tn/test.h>

#define PERIOD 1000u

/* The clock, under the names that the loop calls. */
static uint64_t now, wake_latency;

uint64_t tn_time_now(void);
void tn_sleep_until(uint64_t deadline);

uint64_t tn_time_now(void)
{
    return now;
}

void tn_sleep_until(uint64_t deadline)
{
    if (deadline > now) {
        now = deadline + wake_latency;
    }
}

static struct tn_loop loop;
static struct tn_loop_stats stats;

/* Steps take what the script says, then 10; starts are recorded. */
static const uint64_t *script;
static size_t script_length, steps;
static uint64_t starts[64];

static int step(void *ctx)
{
    (void)ctx;
    TN_CHECK(steps < TN_ARRAY_SIZE(starts));
    starts[steps] = now;
    now += steps < script_length ? script[steps] : 10;
    steps++;
    return 0;
}

static void run(struct tn_loop_config config, const uint64_t *durations, size_t n)
{
    now = 5000;
    wake_latency = 0;
    script = durations;
    script_length = n;
    steps = 0;
    config.period_ns = PERIOD;
    TN_CHECK(tn_loop_init(&loop, &config) == TN_OK);
    TN_CHECK(tn_loop_run(&loop, step, NULL) == 0);
    tn_loop_stats(&loop, &stats);
    TN_CHECK(stats.cycles == steps);
}

static void check_starts(const uint64_t *expected, size_t n)
{
    TN_CHECK(steps == n);
    for (size_t i = 0; i < n; i++) {
        TN_CHECK(starts[i] == expected[i]);
    }
}

#define RUN(config, ...)                                                                           \
    run((struct tn_loop_config)config, (const uint64_t[]){__VA_ARGS__},                            \
        sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))
#define STARTS(...)                                                                                \
    check_starts((const uint64_t[]){__VA_ARGS__},                                                  \
                 sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))
#define CONFIG(...)                                                                                \
    {                                                                                              \
        .name = "test", __VA_ARGS__                                                                \
    }

static void on_time(void)
{
    RUN(CONFIG(.iterations = 4), 10, 999, 1000, 10);
    STARTS(5000, 6000, 7000, 8000);
    TN_CHECK(stats.missed == 0 && stats.overruns == 0 && stats.skipped == 0);
    TN_CHECK(stats.latency.max == 0 && stats.execution.max == 1000 && stats.execution.min == 10);
}

static void phase(void)
{
    static const struct tn_loop_config config = {.period_ns = PERIOD, .phase_ns = 300};
    const uint64_t begin[] = {5000, 5299, 5300, 5301, 6299};
    const uint64_t first[] = {5300, 5300, 5300, 6300, 6300};

    for (size_t i = 0; i < TN_ARRAY_SIZE(begin); i++) {
        now = begin[i];
        TN_CHECK(tn_loop_init(&loop, &config) == TN_OK && tn_loop_begin(&loop) == TN_OK);
        TN_CHECK(tn_loop_wait(&loop) && now == first[i]);
    }
}

static void skip(void)
{
    /* Overdue at 7500: 7000.  At 11000 exactly: 9000, 10000, and 11000 is kept. */
    RUN(CONFIG(.iterations = 5, .policy = TN_LOOP_SKIP), 10, 1500, 3000, 10);
    STARTS(5000, 6000, 8000, 11000, 12000);
    TN_CHECK(stats.overruns == 2 && stats.skipped == 3 && stats.missed == 2);
    TN_CHECK(tn_histogram_count(&loop.latency) == 5);
}

static void catch_up(void)
{
    /* 5000..8500: 6000, 7000 and 8000 are overdue and run back to back. */
    RUN(CONFIG(.iterations = 6, .policy = TN_LOOP_CATCH_UP), 3500);
    STARTS(5000, 8500, 8510, 8520, 9000, 10000);
    TN_CHECK(stats.skipped == 0 && stats.overruns == 3 && stats.missed == 3);
    TN_CHECK(tn_histogram_count(&loop.latency) == 3 && stats.latency.max == 0);
}

static void catch_up_limited(void)
{
    RUN(CONFIG(.iterations = 4, .policy = TN_LOOP_CATCH_UP, .max_catch_up = 1), 3500);
    STARTS(5000, 8500, 9000, 10000);
    TN_CHECK(stats.skipped == 2 && stats.overruns == 1);
}

static void rephase(void)
{
    RUN(CONFIG(.iterations = 5, .policy = TN_LOOP_REPHASE), 10, 1700, 2500);
    STARTS(5000, 6000, 7700, 10200, 11200);
    TN_CHECK(stats.skipped == 0 && stats.overruns == 2 && stats.shifted_ns == 700 + 1500);
}

static void latency(void)
{
    static const struct tn_loop_config config = {.period_ns = PERIOD, .iterations = 3};

    now = 4999;
    wake_latency = 7;
    steps = script_length = 0;
    TN_CHECK(tn_loop_init(&loop, &config) == TN_OK && tn_loop_run(&loop, step, NULL) == 0);
    tn_loop_stats(&loop, &stats);
    STARTS(5007, 6007, 7007); /* latency does not add up */
    TN_CHECK(stats.latency.min == 7 && stats.latency.max == 7 && stats.latency.mean == 7);
}

static struct tn_loop_miss last_miss;
static unsigned misses;

static void on_miss(void *ctx, const struct tn_loop_miss *miss)
{
    TN_CHECK(ctx == &misses);
    last_miss = *miss;
    misses++;
}

static void deadline(void)
{
    misses = 0;
    RUN(CONFIG(.iterations = 4, .deadline_ns = 500, .on_miss = on_miss, .ctx = &misses), 500, 501,
        10);
    TN_CHECK(stats.missed == 1 && misses == 1 && stats.overruns == 0);
    TN_CHECK(last_miss.cycle == 1 && last_miss.release == 6000 && last_miss.start == 6000 &&
             last_miss.end == 6501);
}

static int stop_step(void *ctx)
{
    (void)ctx;
    return ++steps == 3 ? 42 : 0;
}

static void ends(void)
{
    static const struct tn_loop_config config = {.period_ns = PERIOD};

    steps = 0;
    TN_CHECK(tn_loop_init(&loop, &config) == TN_OK);
    TN_CHECK(tn_loop_run(&loop, stop_step, NULL) == 42);
    tn_loop_stats(&loop, &stats);
    TN_CHECK(stats.cycles == 3);
}

/* A guard that counts, and refuses when it is told to. */
static int guard_code;
static unsigned started, armed, disarmed, stopped;
static uint64_t armed_for;

static int guard_start(struct tn_loop *l)
{
    TN_CHECK(l == &loop);
    started++;
    return guard_code;
}

static void guard_arm(struct tn_loop *l, uint64_t at)
{
    TN_CHECK(l == &loop);
    armed_for = at;
    armed++;
}

static void guard_disarm(struct tn_loop *l)
{
    TN_CHECK(l == &loop);
    disarmed++;
}

static void guard_stop(struct tn_loop *l)
{
    TN_CHECK(l == &loop);
    stopped++;
}

static const struct tn_loop_guard guard = {guard_start, guard_arm, guard_disarm, guard_stop};

static void guarded(void)
{
    guard_code = TN_OK;
    RUN(CONFIG(.iterations = 3, .guard = &guard, .watchdog_ns = 77), 10);
    TN_CHECK(started == 1 && armed == 3 && disarmed == 3 && stopped == 1);
    TN_CHECK(armed_for == 7000 + 77);
    guard_code = TN_EBUSY;
    TN_CHECK(tn_loop_run(&loop, step, NULL) == TN_EBUSY);
}

static void refusals(void)
{
    const struct tn_loop_config bad[] = {
        {.period_ns = 0},
        {.period_ns = 10, .phase_ns = 10},
        {.period_ns = 10, .policy = (enum tn_loop_policy)3},
        {.period_ns = 10, .watchdog_ns = 1},
        {.period_ns = 10, .guard = &guard},
    };

    for (size_t i = 0; i < TN_ARRAY_SIZE(bad); i++) {
        TN_CHECK(tn_loop_init(&loop, &bad[i]) == TN_EINVAL);
    }
}

/* Whatever the steps take: starts never before their release, accounting adds up. */
static void random_runs(void)
{
    for (int round = 0; round < 2000; round++) {
        uint64_t durations[40];
        enum tn_loop_policy policy = (enum tn_loop_policy)tn_test_below(3);
        uint32_t limit = (uint32_t)tn_test_below(4);

        for (size_t i = 0; i < TN_ARRAY_SIZE(durations); i++) {
            durations[i] = tn_test_below(tn_test_below(4) ? 1001 : 5000);
        }
        run((struct tn_loop_config){.iterations = 40, .policy = policy, .max_catch_up = limit},
            durations, 40);
        for (size_t i = 0; i < 40; i++) {
            TN_CHECK(i == 0 || starts[i] >= starts[i - 1] + durations[i - 1]);
            if (policy == TN_LOOP_SKIP) {
                TN_CHECK(starts[i] % PERIOD == 0);
            }
        }
        /* Cycle 39's release, from the grid's beginning. */
        uint64_t after = 5000 + (stats.cycles + stats.skipped) * PERIOD + stats.shifted_ns;

        TN_CHECK(loop.release == after);
        TN_CHECK(policy == TN_LOOP_REPHASE || stats.shifted_ns == 0);
        TN_CHECK(policy != TN_LOOP_CATCH_UP || limit != 0 || stats.skipped == 0);
    }
}

int main(void)
{
    tn_test_begin();
    TN_RUN(on_time);
    TN_RUN(phase);
    TN_RUN(skip);
    TN_RUN(catch_up);
    TN_RUN(catch_up_limited);
    TN_RUN(rephase);
    TN_RUN(latency);
    TN_RUN(deadline);
    TN_RUN(ends);
    TN_RUN(guarded);
    TN_RUN(refusals);
    TN_RUN(random_runs);
    return tn_test_end();
}
