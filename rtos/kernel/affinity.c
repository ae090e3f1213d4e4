/* SPDX-License-Identifier: Apache-2.0 */
/* On which CPUs a thread may run.  A program with one CPU has number 0. */
#include <tn/kernel.h>

unsigned tn_cpu_count(void)
{
    return CONFIG_CPUS;
}

unsigned tn_cpu_self(void)
{
    return tn_percpu_number();
}

uint64_t tn_thread_affinity(const struct tn_thread *thread)
{
    return thread->affinity;
}

/* The caller, if it must leave its CPU, leaves at once; another thread when its CPU has heard. */
int tn_thread_set_affinity(struct tn_thread *thread, uint64_t cpus)
{
    struct tn_thread *self = tn_thread_self();
    struct tn_thread *next;
    uint64_t daif;

    if ((cpus & TN_CPUS_ALL) == 0) {
        return TN_EINVAL;
    }
    daif = tn_kernel_lock();
    if (thread->state & TN_THREAD_ENDED) {
        tn_kernel_unlock(daif);
        return TN_EINVAL;
    }
    thread->affinity = cpus & TN_CPUS_ALL;
    if (thread == self && !tn_in_irq() && !(daif & TN_DAIF_I)) {
        self->result = TN_OK;
        if (tn_percpu_obey(self, &next)) {
            return (int)tn_switch(self, next);
        }
    }
    if (thread->state == 0) {
        tn_percpu_place_again(thread);
    }
    return (int)tn_reschedule(tn_ready_first(tn_cpu_of(self)), daif, TN_OK);
}
