/* SPDX-License-Identifier: Apache-2.0 */
/* A worker: how many primes there are up to the number that it is given. */
#include <stdint.h>
#include <tn/chan.h>

static uint8_t composite[65536];

int main(void)
{
    struct tn_chan job, result;
    uint32_t limit = 0, count = 0;

    if (tn_chan_open(&job, "primes-job") != TN_OK ||
        tn_chan_open(&result, "primes-result") != TN_OK ||
        tn_chan_receive(&job, &limit, sizeof(limit)) != sizeof(limit) ||
        limit >= sizeof(composite)) {
        return 1;
    }
    for (uint32_t n = 2; n <= limit; n++) {
        count += composite[n] == 0;
        for (uint32_t m = n; composite[n] == 0 && m <= limit - n; m += n) {
            composite[m + n] = 1;
        }
    }
    return tn_chan_send(&result, &count, sizeof(count)) != TN_OK;
}
