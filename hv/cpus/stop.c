/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPUs leave their guest against its will.  Who wants that takes their stage 2 away and wakes them:
 * a guest's next access or fetch, from TLBs too, then enters Mortise, whatever the guest masks.
 */
#include <tn/hv/cpus.h>

#include <tn/hv/irq.h>
#include <tn/hv/report.h>
#include <tn/hv/stage2.h>
#include <tn/psci.h>
#include <tn/sysreg.h>

#include "internal.h"

#define STOP_HZ_SHIFT 1 /* half a second: its console lock may be waited for */

static bool all_stopped;

void tn_hv_cpus_if_ending(void)
{
    if (__atomic_load_n(&hv_cpus_own()->ending, __ATOMIC_SEQ_CST)) {
        __atomic_store_n(&hv_cpus.cpus[tn_hv_partition.slot].state, TN_PSCI_AFFINITY_OFF,
                         __ATOMIC_SEQ_CST);
        tn_psci_cpu_off();
    }
}

/*
 * First the memory, then the interrupt: when it arrives there is no instruction left that the guest
 * could handle it with.  The event is for one that waits at EL2 (hv/life).
 */
static void take(const struct cpu *cpu)
{
    tn_hv_stage2_revoke((unsigned)(cpu - hv_cpus.cpus), cpu->partition);
    tn_hv_irq_wake(cpu->board);
    __asm__ volatile("sev");
}

void tn_hv_cpus_order(unsigned partition)
{
    struct cpu *cpu = hv_cpus_first(partition), *end = hv_cpus.cpus + CONFIG_HV_CPUS;

    for (; cpu < end && cpu->partition == partition; cpu++) {
        if (__atomic_load_n(&cpu->state, __ATOMIC_SEQ_CST) == TN_PSCI_AFFINITY_ON) {
            take(cpu);
        }
    }
}

/*
 * A CPU in its guest loses its memory and comes, one that sleeps is woken.  One that starts sees
 * `ending` when it is on; both orders of its two accesses and ours are total.
 */
static bool stop(struct cpu *cpu)
{
    uint64_t begin = tn_sysreg_read(cntpct_el0);
    uint64_t patience = tn_sysreg_read(cntfrq_el0) >> STOP_HZ_SHIFT;
    bool revoked = false;
    uint32_t state;

    do {
        state = __atomic_load_n(&cpu->state, __ATOMIC_SEQ_CST);
        if (state == TN_PSCI_AFFINITY_ON && !revoked) {
            take(cpu);
            revoked = true;
        }
        __asm__ volatile("yield"); /* an emulator that runs CPUs in turn lets it come */
        if (tn_sysreg_read(cntpct_el0) - begin >= patience) {
            return false;
        }
    } while (state != TN_PSCI_AFFINITY_OFF);
    return true;
}

bool tn_hv_cpus_stop_others(void)
{
    struct cpu *cpu = hv_cpus_own();
    bool all = true;

    if (__atomic_exchange_n(&cpu->ending, true, __ATOMIC_SEQ_CST)) {
        tn_hv_cpus_if_ending();
    }
    for (uint64_t cpus = tn_hv_partition.cpus; cpus != 0; cpus &= cpus - 1, cpu++) {
        if (cpu != &hv_cpus.cpus[tn_hv_partition.slot]) {
            all &= stop(cpu);
        }
    }
    if (!all) {
        tn_hv_lock();
        tn_hv_partition_line();
        tn_hv_text(" has a CPU that does not stop\n");
        tn_hv_unlock();
    }
    all_stopped = all;
    return all;
}

bool tn_hv_cpus_stopped(void)
{
    return all_stopped;
}
