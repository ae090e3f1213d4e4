/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts the partition that a job needs when there is one, gives it the job, takes the result and
 * retires it, so that two workers have one CPU between them and no memory of a job outlives it.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <tn/chan.h>
#include <tn/partition.h>

static const struct {
    const char *worker, *job, *result;
    uint32_t value;
} jobs[] = {
    {"primes", "primes-job", "primes-result", 1000},
    {"collatz", "collatz-job", "collatz-result", 27},
    {"primes", "primes-job", "primes-result", 20000},
    {"collatz", "collatz-job", "collatz-result", 97},
};

/* Nothing is in a hurry here: the CPU sleeps meanwhile. */
static void wait_a_millisecond(void)
{
    nanosleep(&(struct timespec){0, 1000000}, NULL);
}

static uint32_t run(unsigned number)
{
    int worker = tn_partition_find(jobs[number].worker);
    struct tn_chan job, result;
    uint32_t value = 0;

    if (tn_chan_open(&job, jobs[number].job) != TN_OK ||
        tn_chan_open(&result, jobs[number].result) != TN_OK || worker < 0) {
        return 0;
    }
    tn_chan_send(&job, &jobs[number].value, sizeof(uint32_t));
    if (tn_partition_start(worker) != TN_OK) {
        return 0;
    }
    while (tn_chan_receive(&result, &value, sizeof(value)) == TN_EAGAIN) {
        wait_a_millisecond();
    }
    /* It ends when its job is done; its CPU is free when it is OFF. */
    while (tn_partition_state(worker, NULL, NULL) != TN_PARTITION_OFF) {
        wait_a_millisecond();
    }
    return value;
}

int main(void)
{
    for (unsigned i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        unsigned starts = 0;
        uint32_t result = run(i);

        tn_partition_state(tn_partition_find(jobs[i].worker), NULL, &starts);
        printf("%s(%u) = %u, life %u of this worker\n", jobs[i].worker, (unsigned)jobs[i].value,
               (unsigned)result, starts);
    }
    return 0;
}
