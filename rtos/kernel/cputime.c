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

static uint64_t began; /* when counting began, ticks */

static void begin(void)
{
    if (tn_thread_hooks & TN_HOOK_CPUTIME) {
        return;
    }
    began = tn_time_counter();
    tn_thread_hooks |= TN_HOOK_CPUTIME;
    for (struct tn_thread *t = tn_thread_all(); t != NULL; t = t->all[0]) {
        t->hooks |= TN_HOOK_CPUTIME;
        t->cpu_since = began;
    }
    tn_thread_main()->cpu_ticks = began;
}

static uint64_t until(uint64_t now, const struct tn_thread *thread)
{
    return thread->cpu_ticks + (tn_percpu_running(thread) ? now - thread->cpu_since : 0);
}

uint64_t tn_cputime_thread(const struct tn_thread *thread)
{
    begin();
    return until(tn_time_counter(), thread);
}

uint64_t tn_cputime_program(void)
{
    uint64_t now, ticks;

    begin();
    now = tn_time_counter();
    ticks = began + (now - began) * CONFIG_CPUS;
    for (unsigned i = 0; i < CONFIG_CPUS; i++) {
        ticks -= until(now, tn_cpu_number(i)->idle);
    }
    return ticks;
}

uint64_t tn_thread_cpu_ticks(const struct tn_thread *thread)
{
    uint64_t daif = tn_kernel_lock();
    uint64_t ticks = tn_cputime_thread(thread);

    tn_kernel_unlock(daif);
    return ticks;
}

uint64_t tn_program_cpu_ticks(void)
{
    uint64_t daif = tn_kernel_lock();
    uint64_t ticks = tn_cputime_program();

    tn_kernel_unlock(daif);
    return ticks;
}
