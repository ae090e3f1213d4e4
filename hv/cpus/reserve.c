/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPUs of partitions that come and go (hv/life): who has them, and the start of one that had none.
 */
#include <tn/hv/cpus.h>

#include <tn/hv/life.h>
#include <tn/psci.h>

#include "internal.h"

void tn_hv_cpus_retire(void)
{
    hv_cpus.cpus[tn_hv_partition.slot].retire = true;
    hv_cpus.cpus[tn_hv_partition.slot].state = TN_PSCI_AFFINITY_OFF;
}

struct cpu *hv_cpus_first(unsigned partition)
{
    struct cpu *cpu = hv_cpus.cpus;

    while (cpu->partition != partition) {
        cpu++;
    }
    return cpu;
}

/* Whether another partition that runs has this one's CPU of the board; a pool's are for many. */
static bool in_use(unsigned slot)
{
    unsigned board = hv_cpus.cpus[slot].board;

    if (CONFIG_POOL > 0 && tn_hv_pool_has(slot)) {
        return false;
    }
    for (unsigned i = 0; i < CONFIG_HV_CPUS; i++) {
        if (hv_cpus.cpus[i].board == board && tn_hv_life_is_on(hv_cpus.cpus[i].partition)) {
            return true;
        }
    }
    return false;
}

bool tn_hv_cpus_reserve(unsigned partition)
{
    struct cpu *first = hv_cpus_first(partition), *end = hv_cpus.cpus + CONFIG_HV_CPUS;

    for (struct cpu *cpu = first; cpu < end && cpu->partition == partition; cpu++) {
        if (in_use((unsigned)(cpu - hv_cpus.cpus))) {
            return false;
        }
    }
    first->fresh = true;
    first->again = false; /* a life of its own: its memory is clear, its restarts count anew */
    first->retire = false;
    first->ending = false;
    first->state = TN_PSCI_AFFINITY_ON_PENDING;
    __atomic_add_fetch(&hv_cpus.running, 1, __ATOMIC_RELAXED);
    return true;
}

int tn_hv_cpus_begin(unsigned partition)
{
    struct cpu *first = hv_cpus_first(partition);
    bool up = hv_cpus_of_pool_is_up((unsigned)(first - hv_cpus.cpus));
    int error = up ? TN_PSCI_SUCCESS : hv_cpus_start(first);

    if (error != TN_PSCI_SUCCESS) {
        first->state = TN_PSCI_AFFINITY_OFF;
        __atomic_sub_fetch(&hv_cpus.running, 1, __ATOMIC_RELAXED);
    }
    return error;
}
