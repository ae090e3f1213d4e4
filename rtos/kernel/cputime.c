/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU time of each thread, from the first question on: then every switch has a hook that takes
 * the time.  Until then nobody pays, and only main's time is known, which is all there was.
 */
#include <tn/kernel.h>
#include <tn/kernel_cputime.h>
#include <tn/kernel_time.h>
#include <tn/time.h>

void tn_cputime_switch(struct tn_thread *from, struct tn_thread *to)
{
    uint64_t now = tn_time_counter();

    from->cpu_ticks += now - from->cpu_since;
    to->cpu_since = now;
}

/* Kernel lock held. */
static void begin(void)
{
    uint64_t now = tn_time_counter();

    tn_thread_hooks |= TN_HOOK_CPUTIME;
    for (struct tn_thread *t = tn_thread_all(); t != NULL; t = t->all[0]) {
        t->hooks |= TN_HOOK_CPUTIME;
        t->cpu_since = now;
    }
    tn_thread_main()->cpu_ticks = tn_time_ticks();
}

uint64_t tn_thread_cpu_ticks(const struct tn_thread *thread)
{
    uint64_t daif = tn_kernel_lock();
    uint64_t ticks;

    if (!(tn_thread_hooks & TN_HOOK_CPUTIME)) {
        begin();
    }
    ticks = thread->cpu_ticks;
    if (tn_percpu_running(thread)) {
        ticks += tn_time_counter() - thread->cpu_since;
    }
    tn_kernel_unlock(daif);
    return ticks;
}
