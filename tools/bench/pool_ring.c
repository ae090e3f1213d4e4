/* SPDX-License-Identifier: Apache-2.0 */
/* Rings the instances of pool.c from another CPU, each at its time. */
#include "pool.h"

#include <tn/chan.h>
#include <tn/time.h>

int main(void)
{
    struct tn_chan a, b;
    int errors = tn_chan_open(&a, "bell-a") != TN_OK || tn_chan_open(&b, "bell-b") != TN_OK;

    tn_sleep_until(AT(STEP_BELL, RING_US));
    errors += tn_chan_ring(&a) != TN_OK;
    tn_sleep_until(AT(STEP_BELL_WFI, RING_US));
    errors += tn_chan_ring(&a) != TN_OK;
    tn_sleep_until(AT(STEP_BELL_OTHER, RING_US));
    errors += tn_chan_ring(&b) != TN_OK;
    return errors;
}
