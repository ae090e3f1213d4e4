/* SPDX-License-Identifier: Apache-2.0 */
/* Another worker: how many steps of 3n+1 and n/2 lead from the number that it is given to 1. */
#include <stdint.h>
#include <tn/chan.h>

int main(void)
{
    struct tn_chan job, result;
    uint32_t given = 1, steps = 0;

    if (tn_chan_open(&job, "collatz-job") != TN_OK ||
        tn_chan_open(&result, "collatz-result") != TN_OK ||
        tn_chan_receive(&job, &given, sizeof(given)) != sizeof(given)) {
        return 1;
    }
    for (uint64_t n = given; n > 1; steps++) {
        n = n % 2 == 0 ? n / 2 : 3 * n + 1;
    }
    return tn_chan_send(&result, &steps, sizeof(steps)) != TN_OK;
}
