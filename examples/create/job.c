/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes a number from one channel, squares it, answers in another, and is done.  Counts how often
 * it has run, which is once: each time it is created from the file.
 */
#include <stdint.h>
#include <stdio.h>
#include <tn/chan.h>

static int runs;

int main(void)
{
    struct tn_chan work, result;
    uint32_t number;

    if (tn_chan_open(&work, "work") != TN_OK || tn_chan_open(&result, "result") != TN_OK ||
        tn_chan_receive(&work, &number, sizeof(number)) != sizeof(number)) {
        return 1;
    }
    runs++;
    printf("run %d: a job with %u\n", runs, (unsigned)number);
    number *= number;
    return tn_chan_send(&result, &number, sizeof(number)) != TN_OK;
}
