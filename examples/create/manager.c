/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries the program of another partition as a file, as one that has it from a network would, and
 * gives it to Mortise when there is work: created, started, destroyed, twice.  What it works on and
 * what comes of it goes through channels that the slot has, whatever program is in it.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <tn/chan.h>
#include <tn/partition.h>

extern const char job_part[], job_part_end[]; /* file.S */

/* Nothing is in a hurry here: the CPU sleeps meanwhile. */
static unsigned wait_for_end(int partition)
{
    unsigned status;

    while (tn_partition_state(partition, &status, NULL) != TN_PARTITION_OFF) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    return status;
}

static int run_job(int slot, struct tn_chan *work, uint32_t number)
{
    int error = tn_partition_create(slot, job_part, (size_t)(job_part_end - job_part));

    if (error == TN_OK) {
        error = tn_chan_send(work, &number, sizeof(number));
    }
    if (error == TN_OK) {
        error = tn_partition_start(slot);
    }
    if (error != TN_OK) {
        printf("the slot does not take the program: %d\n", error);
        return error;
    }
    printf("the program has ended with status %u\n", wait_for_end(slot));
    return tn_partition_destroy(slot);
}

int main(void)
{
    struct tn_chan work, result;
    int slot = tn_partition_find("slot");

    if (tn_chan_open(&work, "work") != TN_OK || tn_chan_open(&result, "result") != TN_OK) {
        return 1;
    }
    for (uint32_t number = 12; number < 14; number++) {
        uint32_t square;

        if (run_job(slot, &work, number) != TN_OK) {
            return 1;
        }
        /* The program is gone, what it has said is not. */
        if (tn_chan_receive(&result, &square, sizeof(square)) == sizeof(square)) {
            printf("the slot is empty, the result %u\n", (unsigned)square);
        }
    }
    return 0;
}
