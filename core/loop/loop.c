/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fixed-rate loop: when the next release is, and what is counted.  Time and sleeping come
 * from tn/time.h, watching a step from the guard.
 */
#include <tn/loop.h>

#include <tn/time.h>

/* Counters have one writer and readers in any context: whole words, in no promised order. */
static void add(uint64_t *counter, uint64_t n)
{
    __atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

static uint64_t get(const uint64_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

int tn_loop_init(struct tn_loop *loop, const struct tn_loop_config *config)
{
    if (config->period_ns == 0 || config->phase_ns >= config->period_ns ||
        config->policy > TN_LOOP_REPHASE || !config->guard != !config->watchdog_ns) {
        return TN_EINVAL;
    }
    *loop = (struct tn_loop){.config = *config};
    if (loop->config.deadline_ns == 0) {
        loop->config.deadline_ns = config->period_ns;
    }
    tn_histogram_reset(&loop->latency);
    tn_histogram_reset(&loop->execution);
    return TN_OK;
}

int tn_loop_begin(struct tn_loop *loop)
{
    const struct tn_loop_config *config = &loop->config;
    uint64_t now, behind;

    if (config->guard) {
        int code = config->guard->start(loop);

        if (code != TN_OK) {
            return code;
        }
    }
    now = tn_time_now();
    behind = (now % config->period_ns + config->period_ns - config->phase_ns) % config->period_ns;
    loop->release = behind ? now + (config->period_ns - behind) : now;
    loop->late = false;
    return TN_OK;
}

/*
 * The release after this cycle's, for a step that ended at `end`.  The division is on the path
 * of a loop that is late anyway.
 */
static void advance(struct tn_loop *loop, uint64_t end)
{
    uint64_t period = loop->config.period_ns;
    uint64_t next = loop->release + period;
    uint64_t overdue, drop;

    loop->late = end > next;
    if (!loop->late) {
        loop->release = next;
        return;
    }
    add(&loop->overruns, 1);
    overdue = (end - next + period - 1) / period; /* releases in [next, end) */
    switch (loop->config.policy) {
    case TN_LOOP_CATCH_UP:
        drop = loop->config.max_catch_up && overdue > loop->config.max_catch_up
                   ? overdue - loop->config.max_catch_up
                   : 0;
        add(&loop->skipped, drop);
        loop->release = next + drop * period;
        break;
    case TN_LOOP_REPHASE:
        add(&loop->shifted_ns, end - next);
        loop->release = end;
        break;
    default:
        add(&loop->skipped, overdue);
        loop->release = next + overdue * period;
        loop->late = false; /* it is not overdue: the loop sleeps for it */
        break;
    }
}

/* The step has come back. */
static void finish(struct tn_loop *loop)
{
    const struct tn_loop_config *config = &loop->config;
    struct tn_loop_miss miss;

    if (config->guard) {
        config->guard->disarm(loop);
    }
    miss = (struct tn_loop_miss){get(&loop->cycles), loop->release, loop->start, tn_time_now()};
    loop->in_step = false;
    tn_histogram_add(&loop->execution, miss.end - miss.start);
    advance(loop, miss.end);
    add(&loop->cycles, 1);
    if (miss.end - miss.release > config->deadline_ns) {
        add(&loop->missed, 1);
        if (config->on_miss) {
            config->on_miss(config->ctx, &miss);
        }
    }
}

bool tn_loop_wait(struct tn_loop *loop)
{
    const struct tn_loop_config *config = &loop->config;

    if (loop->in_step) {
        finish(loop);
    }
    if (__atomic_load_n(&loop->stop, __ATOMIC_RELAXED) ||
        (config->iterations && loop->cycles >= config->iterations)) {
        if (config->guard) {
            config->guard->stop(loop);
        }
        return false;
    }
    tn_sleep_until(loop->release);
    loop->start = tn_time_now();
    if (!loop->late) {
        tn_histogram_add(&loop->latency, loop->start - loop->release);
    }
    loop->in_step = true;
    if (config->guard) {
        config->guard->arm(loop, loop->start + config->watchdog_ns);
    }
    return true;
}

int tn_loop_run(struct tn_loop *loop, int (*step)(void *ctx), void *ctx)
{
    int code = tn_loop_begin(loop);

    while (code == 0 && tn_loop_wait(loop)) {
        code = step(ctx);
        if (code != 0) {
            tn_loop_stop(loop);
            tn_loop_wait(loop); /* count the cycle, stop the guard */
        }
    }
    return code;
}

void tn_loop_stop(struct tn_loop *loop)
{
    __atomic_store_n(&loop->stop, true, __ATOMIC_RELAXED);
}

static struct tn_loop_times times(const struct tn_histogram *h)
{
    return (struct tn_loop_times){tn_histogram_min(h), tn_histogram_mean(h),
                                  tn_histogram_quantile(h, 999, 1000), tn_histogram_max(h)};
}

void tn_loop_stats(const struct tn_loop *loop, struct tn_loop_stats *stats)
{
    *stats = (struct tn_loop_stats){
        .cycles = get(&loop->cycles),
        .missed = get(&loop->missed),
        .overruns = get(&loop->overruns),
        .skipped = get(&loop->skipped),
        .shifted_ns = get(&loop->shifted_ns),
        .latency = times(&loop->latency),
        .execution = times(&loop->execution),
    };
}
