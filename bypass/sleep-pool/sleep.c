/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sleeping where the CPU is shared: a hypercall which ends at the deadline or for an interrupt.
 * One that is pending is taken on the way back, so that nothing is lost between the test of the
 * time and the call; a program that masks interrupts and has one pending polls, as it would in WFI.
 */
#include <tn/time.h>

#include <tn/abi/hypercall.h>
#include <tn/hypercall.h>

void tn_sleep_until(uint64_t deadline)
{
    uint64_t ticks = tn_time_to_ticks(deadline);

    while (tn_time_ticks() < ticks) {
        tn_hypercall1(TN_HC_SCHED_SLEEP, ticks);
    }
}
