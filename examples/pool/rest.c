/* SPDX-License-Identifier: Apache-2.0 */
/* Never sleeps, for 200 ms, and says how much of the CPU the others have left it. */
#include <stdio.h>
#include <tn/hypercall.h>
#include <tn/time.h>

#define LONG_NS 200000000u

int main(void)
{
    uint64_t begin = tn_time_now(), had;

    while (tn_time_now() - begin < LONG_NS) {}
    had = tn_time_from_ticks((uint64_t)tn_hypercall1(TN_HC_SCHED_USED, 0));
    printf("%s than half of the CPU was left\n", had > LONG_NS / 2 ? "more" : "less");
    return 0;
}
