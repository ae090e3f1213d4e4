/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition switches its own CPUs on and off, with PSCI's arguments and results (Arm DEN0022).  A
 * CPU's record is changed by who has made its state ON_PENDING, or by the CPU itself.
 */
#include <tn/hv/cpus.h>

#include <tn/psci.h>
#include <tn/sysreg.h>

#include "internal.h"

/* The partition's CPU with this affinity; NULL: it has none. */
static struct cpu *find(uint64_t mpidr)
{
    struct cpu *cpu = hv_cpus_own();

    for (uint64_t cpus = tn_hv_partition.cpus; cpus != 0; cpus &= cpus - 1, cpu++) {
        if (hv_cpus_mpidrs[cpu->board] == mpidr) {
            return cpu;
        }
    }
    return NULL;
}

int tn_hv_cpus_affinity(uint64_t mpidr)
{
    struct cpu *cpu = find(mpidr);

    return cpu == NULL ? TN_PSCI_INVALID_PARAMETERS
                       : (int)__atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE);
}

/* A CPU that starts is on in some microseconds: who calls for it twice is told how it ended. */
static bool wait_on(struct cpu *cpu)
{
    uint64_t begin = tn_sysreg_read(cntpct_el0);
    uint64_t patience = tn_sysreg_read(cntfrq_el0) >> PATIENCE_HZ_SHIFT;

    while (__atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE) == TN_PSCI_AFFINITY_ON_PENDING) {
        if (tn_sysreg_read(cntpct_el0) - begin >= patience) {
            return false;
        }
    }
    return true;
}

/*
 * Of several CPUs that call for the same one the exchange lets one through.  Acquire: the record
 * is written after the CPU that went off was done with it.
 */
int tn_hv_cpus_on(uint64_t mpidr, uint64_t entry, uint64_t argument)
{
    struct cpu *cpu = find(mpidr);
    uint32_t state = TN_PSCI_AFFINITY_OFF;
    int error;

    if (cpu == NULL) {
        return TN_PSCI_INVALID_PARAMETERS;
    }
    tn_hv_cpus_if_ending();
    if (!__atomic_compare_exchange_n(&cpu->state, &state, TN_PSCI_AFFINITY_ON_PENDING, false,
                                     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        return wait_on(cpu) ? TN_PSCI_ALREADY_ON : TN_PSCI_ON_PENDING;
    }
    cpu->entry = entry;
    cpu->argument = argument;
    cpu->fresh = false;
    cpu->retire = false; /* it may be the one that an earlier life ended on */
    error = hv_cpus_start(cpu);
    if (error != TN_PSCI_SUCCESS) {
        __atomic_store_n(&cpu->state, TN_PSCI_AFFINITY_OFF, __ATOMIC_RELEASE);
        return TN_PSCI_INTERNAL_FAILURE;
    }
    return TN_PSCI_SUCCESS;
}

/* Its record for a start from the beginning; the first CPU does that, whichever CPU it ended on. */
void tn_hv_cpus_again(void)
{
    struct cpu *cpu = hv_cpus_own();

    cpu->fresh = cpu->again = true;
    __atomic_store_n(&cpu->ending, false, __ATOMIC_RELEASE);
    if (tn_hv_partition.cpu != 0) {
        /*
         * Off before the other one runs: it may call for this CPU at once, and waits until the
         * firmware has it off.  Only firmware that has lost a CPU refuses: then the partition stays
         * where it is.
         */
        cpu->state = TN_PSCI_AFFINITY_ON_PENDING;
        __atomic_store_n(&hv_cpus.cpus[tn_hv_partition.slot].state, TN_PSCI_AFFINITY_OFF,
                         __ATOMIC_RELEASE);
        (void)hv_cpus_start(cpu);
        tn_psci_cpu_off();
    }
}

void tn_hv_cpus_off(void)
{
    struct cpu *first = hv_cpus_own();
    unsigned on = 0;

    tn_hv_lock(); /* of two CPUs that go off together the second is the last */
    hv_cpus.cpus[tn_hv_partition.slot].state = TN_PSCI_AFFINITY_OFF;
    for (uint64_t cpus = tn_hv_partition.cpus; cpus != 0; cpus &= cpus - 1, first++) {
        on += first->state != TN_PSCI_AFFINITY_OFF;
    }
    tn_hv_unlock();
    if (on != 0) {
        tn_psci_cpu_off();
    }
}
