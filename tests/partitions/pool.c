/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance of a pool.  Times are microseconds, from 50 ms after power-on.
 *
 *   periodic PERIOD WORK COUNT   works so much CPU time in each period; prints the latest start,
 * the longest response, and how many jobs ended after their period hog UNTIL never sleeps; prints
 * how much CPU it got, how often throttled order COUNT                  prints when it had the CPU
 * again, for 2.5 ms x COUNT fault                        loads from nowhere after 60 ms
 *   humble                       gives its priority up and ends by a fault; status 0 when its next
 * life does not wait for others
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tn/sched_pool.h>
#include <tn/time.h>

#define BEGIN_NS 50000000u
#define FAULT_NS 60000000u

static uint64_t used(void)
{
    return tn_time_from_ticks(tn_sched_pool_used());
}

static void work(uint64_t ns)
{
    uint64_t begin = used();

    while (used() - begin < ns) {}
}

static int periodic(uint64_t period, uint64_t busy, unsigned count)
{
    uint64_t latest = 0, longest = 0, release = BEGIN_NS;
    unsigned missed = 0;

    for (; count > 0; count--, release += period) {
        uint64_t late, response;

        tn_sleep_until(release);
        late = tn_time_now() - release;
        work(busy);
        response = tn_time_now() - release;
        latest = late > latest ? late : latest;
        longest = response > longest ? response : longest;
        missed += response > period;
    }
    printf("start %lu response %lu missed %u\n", (unsigned long)latest, (unsigned long)longest,
           missed);
    return 0;
}

static int hog(uint64_t until)
{
    uint64_t begin;

    tn_sleep_until(BEGIN_NS);
    begin = used();
    while (tn_time_now() < BEGIN_NS + until) {}
    printf("used %lu throttled %u\n", (unsigned long)(used() - begin),
           (unsigned)tn_sched_pool_throttled());
    return 0;
}

static int order(unsigned count)
{
    uint64_t last, now;
    char text[256] = "";
    size_t length = 0;

    tn_sleep_until(BEGIN_NS);
    last = tn_time_now();
    length += (size_t)sprintf(text, "%lu", (unsigned long)(last - BEGIN_NS) / 1000);
    /* The others, too, go on until all have had their turns. */
    while ((now = tn_time_now()) < BEGIN_NS + (uint64_t)count * 2500000) {
        if (now - last > 50000) {
            length +=
                (size_t)sprintf(text + length, " %lu", (unsigned long)(now - BEGIN_NS) / 1000);
        }
        last = now;
    }
    puts(text);
    return 0;
}

static uint64_t us(const char *text)
{
    return strtoul(text, NULL, 10) * 1000;
}

static int humble(void)
{
    uint64_t due = BEGIN_NS + 1000000;

    if (tn_time_now() < BEGIN_NS - 30000000) {
        tn_sleep_until(BEGIN_NS - 10000000);
        tn_sched_pool_priority(1);
        return *(volatile int *)0x7ff0000;
    }
    tn_sleep_until(due);
    return tn_time_now() - due < 10000000 ? 0 : 7;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "periodic") == 0) {
        return periodic(us(argv[2]), us(argv[3]), (unsigned)atoi(argv[4]));
    }
    if (argc == 3 && strcmp(argv[1], "hog") == 0) {
        return hog(us(argv[2]));
    }
    if (argc == 3 && strcmp(argv[1], "order") == 0) {
        return order((unsigned)atoi(argv[2]));
    }
    if (argc == 2 && strcmp(argv[1], "fault") == 0) {
        tn_sleep_until(FAULT_NS);
        return *(volatile int *)0x7ff0000;
    }
    if (argc == 2 && strcmp(argv[1], "humble") == 0) {
        return humble();
    }
    return 99;
}
