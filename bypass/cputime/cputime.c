/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of CPU time are the counter where one flow of control has the CPU for itself. */
#include <time.h>
#include <tn/clock.h>
#include <tn/time.h>

int tn_clock_cpu(clockid_t clock, uint64_t *ns)
{
    *ns = tn_time_now();
    return clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
}
