/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A loop's statistics as text.  Times are printed in microseconds with three decimals by
 * integers, so that no program gets the floating-point formatter from here.
 */
#include <tn/loop_print.h>

#include <stdio.h>

#define MAX_LINES 24
#define BAR 50

static const char bar[BAR + 1] = "##################################################";

/* A time as "1234.567". */
static void print_us(const char *before, uint64_t ns, const char *after)
{
    printf("%s%6llu.%03u%s", before, (unsigned long long)(ns / 1000), (unsigned)(ns % 1000), after);
}

static uint64_t sum(const struct tn_histogram *h, unsigned from, unsigned to)
{
    uint64_t n = 0;

    for (unsigned i = from; i < to; i++) {
        n += __atomic_load_n(&h->buckets[i], __ATOMIC_RELAXED);
    }
    return n;
}

static uint64_t largest(const struct tn_histogram *h, unsigned first, unsigned end, unsigned step)
{
    uint64_t most = 1;

    for (unsigned i = first; i < end; i += step) {
        uint64_t n = sum(h, i, i + step);

        most = n > most ? n : most;
    }
    return most;
}

void tn_histogram_print(const char *title, const struct tn_histogram *h)
{
    unsigned first = tn_histogram_bucket(tn_histogram_min(h));
    unsigned end = tn_histogram_bucket(tn_histogram_max(h)) + 1;
    unsigned step = 1;
    uint64_t most;

    printf("%s, %llu values\n", title, (unsigned long long)tn_histogram_count(h));
    if (tn_histogram_count(h) == 0) {
        return;
    }
    if (end - first > MAX_LINES) { /* a line for each power of two */
        step = TN_HISTOGRAM_SUB;
        first -= first % step;
        end += (step - end % step) % step;
    }
    most = largest(h, first, end, step);
    for (unsigned i = first; i < end; i += step) {
        uint64_t n = sum(h, i, i + step);
        int length = (int)((n * BAR + most - 1) / most);

        print_us("  ", tn_histogram_lower(i), " us");
        printf(" |%-*.*s %llu\n", BAR, length, bar, (unsigned long long)n);
    }
}

static void print_times(const char *name, const struct tn_loop_times *times)
{
    printf("  %-10s", name);
    print_us("", times->min, "");
    print_us(" ", times->mean, "");
    print_us(" ", times->p999, "");
    print_us(" ", times->max, "\n");
}

void tn_loop_print(const struct tn_loop *loop)
{
    struct tn_loop_stats stats;

    tn_loop_stats(loop, &stats);
    printf("loop \"%s\": %llu cycles of", loop->config.name ? loop->config.name : "",
           (unsigned long long)stats.cycles);
    print_us(" ", loop->config.period_ns, " us\n");
    printf("  missed %llu, overruns %llu, skipped %llu, shifted %llu ns\n",
           (unsigned long long)stats.missed, (unsigned long long)stats.overruns,
           (unsigned long long)stats.skipped, (unsigned long long)stats.shifted_ns);
    printf("  %-10s%10s %10s %10s %10s\n", "us", "min", "mean", "p99.9", "max");
    print_times("latency", &stats.latency);
    print_times("execution", &stats.execution);
    tn_histogram_print("latency", &loop->latency);
}
