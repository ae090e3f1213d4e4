/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance of Tenon with threads of the priorities args[1..], 0 the most urgent.  The last one
 * works 3 ms from 60 ms on, the others 1 ms from 61 ms on; prints for each when it began and ended,
 * in microseconds.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <tn/thread.h>
#include <tn/time.h>

#define BEGIN_NS 60000000u
#define MS 1000000u
#define MOST 4

static struct job {
    uint32_t prio;
    uint64_t begin, work;
    unsigned long from, to;
    struct tn_thread thread;
    _Alignas(16) char stack[4096];
} jobs[MOST];

/* CPU time, as far as a loop can tell: what takes longer than 20 us between two looks was others'.
 */
static void work(uint64_t ns)
{
    uint64_t last = tn_time_now(), done = 0;

    while (done < ns) {
        uint64_t now = tn_time_now();

        done += now - last < 20000 ? now - last : 0;
        last = now;
    }
}

static void *run(void *arg)
{
    struct job *job = arg;

    tn_sleep_until(job->begin);
    job->from = (unsigned long)((tn_time_now() - BEGIN_NS) / 1000);
    work(job->work);
    job->to = (unsigned long)((tn_time_now() - BEGIN_NS) / 1000);
    return NULL;
}

int main(int argc, char **argv)
{
    unsigned count = (unsigned)argc - 1;

    for (unsigned i = 0; i < count && i < MOST; i++) {
        struct job *job = &jobs[i];
        bool last = i == count - 1;
        struct tn_thread_attr attr = {.name = "job",
                                      .stack = job->stack,
                                      .stack_size = sizeof(job->stack),
                                      .prio = (uint32_t)atoi(argv[i + 1])};

        job->prio = attr.prio;
        job->begin = BEGIN_NS + (last ? 0 : MS);
        job->work = last ? 3 * MS : MS;
        if (tn_thread_create(&job->thread, &attr, run, job) != 0) {
            return 1;
        }
    }
    tn_sleep_until(BEGIN_NS + 40 * MS);
    for (unsigned i = 0; i < count; i++) {
        printf("%u %lu %lu\n", (unsigned)jobs[i].prio, jobs[i].from, jobs[i].to);
    }
    return 0;
}
