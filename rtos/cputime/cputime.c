/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks of CPU time.  The program's stands still while all its CPUs are idle.  A thread's own
 * clock has the thread's address for a number (pthread_getcpuclockid()).
 */
#include <tn/clock.h>
#include <tn/kernel.h>
#include <tn/time.h>

int tn_clock_cpu(clockid_t clock, uint64_t *ns)
{
    const struct tn_thread *t = (const struct tn_thread *)(uintptr_t)clock;

    switch (clock) {
    case CLOCK_PROCESS_CPUTIME_ID:
        *ns = tn_time_from_ticks(tn_program_cpu_ticks());
        return 1;
    case CLOCK_THREAD_CPUTIME_ID:
        t = tn_thread_self();
        break;
    default:
        if (!tn_thread_exists(t)) {
            return 0;
        }
    }
    *ns = tn_time_from_ticks(tn_thread_cpu_ticks(t));
    return 1;
}
