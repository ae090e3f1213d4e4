/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PSCI 1.1 (Arm DEN0022D) for a partition: its own CPUs, its own end.  Switching the last CPU off
 * ends the partition.  With one CPU a partition is on for as long as it lives.
 */
#include <tn/psci.h>

#include <tn/abi/cap.h>
#include <tn/hv/cpus.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/life.h>
#include <tn/hv/partition.h>
#include <tn/hv/pool.h>
#include <tn/sysreg.h>

#define VERSION_1_1 0x10001
#define MPIDR_AFFINITY 0xff00ffffffull
#define SMCCC_VERSION 0x80000000u
#define SUSPEND_NONE 0xfffe0000u /* reserved bits, and power levels of which there is one */
#define LEVELS 4u                /* of affinity, each 8 bits; Aff3 is 8 bits further up */

#define SMP TN_HV_SMP

#define PSCI_FN static TN_HC_FUNCTION long

/* An argument of the 32-bit form of a function is the lower half of its register. */
static uint64_t argument(uint64_t id, uint64_t value)
{
    return id & TN_PSCI_64 ? value : (uint32_t)value;
}

static bool is_self(uint64_t target)
{
    return target == (tn_sysreg_read(mpidr_el1) & MPIDR_AFFINITY);
}

PSCI_FN psci_version(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x1, (void)x2, (void)x3;
    return VERSION_1_1;
}

PSCI_FN psci_none(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x1, (void)x2, (void)x3;
    return TN_PSCI_NOT_SUPPORTED;
}

PSCI_FN psci_cpu_off(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x1, (void)x2, (void)x3;
    if (SMP) {
        tn_hv_cpus_off();
    }
    tn_hv_begin_end();
    tn_hv_unlock();
    tn_hv_partition_end(TN_HV_END_DONE);
}

/*
 * Standby, which is all that a CPU with a single guest needs: an interrupt ends it whether masked
 * or not.  A request to power down may be met by less (5.4.5).
 */
PSCI_FN psci_cpu_suspend(uint64_t id, uint64_t state, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    if ((uint32_t)state & SUSPEND_NONE) {
        return TN_PSCI_INVALID_PARAMETERS;
    }
    if (tn_hv_in_pool()) {
        tn_hv_pool_wait();
        return TN_PSCI_SUCCESS;
    }
    if (CONFIG_LIFE > 0) {
        tn_hv_life_sleep();
    } else {
        tn_dsb(sy); /* as before any WFI: what the guest has stored is out */
        tn_wfi();
    }
    return TN_PSCI_SUCCESS;
}

PSCI_FN psci_end(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    bool reset = (uint32_t)id == TN_PSCI_BASE + TN_PSCI_SYSTEM_RESET;

    (void)x1, (void)x2, (void)x3;
    tn_hv_begin_end();
    tn_hv_unlock();
    tn_hv_partition_end(reset ? TN_HV_END_RESET : TN_HV_END_DONE);
}

PSCI_FN psci_cpu_on(uint64_t id, uint64_t target, uint64_t x2, uint64_t x3)
{
    if (SMP) {
        return tn_hv_cpus_on(argument(id, target), argument(id, x2), argument(id, x3));
    }
    return is_self(argument(id, target)) ? TN_PSCI_ALREADY_ON : TN_PSCI_INVALID_PARAMETERS;
}

/* Of a cluster or what is above: the caller's own is on, of others nothing is known. */
static long cluster_info(uint64_t target, uint64_t level)
{
    uint64_t differ = (target ^ tn_sysreg_read(mpidr_el1)) & MPIDR_AFFINITY;

    if (level >= LEVELS || differ >> 32 != 0 || differ >> level * 8 != 0) {
        return TN_PSCI_INVALID_PARAMETERS;
    }
    return TN_PSCI_AFFINITY_ON;
}

PSCI_FN psci_affinity_info(uint64_t id, uint64_t target, uint64_t level, uint64_t x3)
{
    (void)x3;
    target = argument(id, target);
    level = argument(id, level);
    if (level != 0) {
        return cluster_info(target, level);
    }
    if (!SMP && !is_self(target)) {
        return TN_PSCI_INVALID_PARAMETERS;
    }
    return SMP ? tn_hv_cpus_affinity(target) : TN_PSCI_AFFINITY_ON;
}

PSCI_FN psci_migrate_info_type(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x1, (void)x2, (void)x3;
    return TN_PSCI_NO_MIGRATION;
}

/* Functions by bit: those that exist, and those of them that have a 64-bit form. */
#define EXIST                                                                                      \
    (1u << TN_PSCI_VERSION | 1u << TN_PSCI_CPU_SUSPEND | 1u << TN_PSCI_CPU_OFF |                   \
     1u << TN_PSCI_CPU_ON | 1u << TN_PSCI_AFFINITY_INFO | 1u << TN_PSCI_MIGRATE_INFO_TYPE |        \
     1u << TN_PSCI_SYSTEM_OFF | 1u << TN_PSCI_SYSTEM_RESET | 1u << TN_PSCI_FEATURES)
#define EXIST_64 (1u << TN_PSCI_CPU_SUSPEND | 1u << TN_PSCI_CPU_ON | 1u << TN_PSCI_AFFINITY_INFO)

PSCI_FN psci_features(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    uint32_t asked = (uint32_t)x1;
    uint32_t number = (asked & ~TN_PSCI_64) - TN_PSCI_BASE;
    uint32_t set = asked & TN_PSCI_64 ? EXIST_64 : EXIST;

    (void)id, (void)x2, (void)x3;
    if (asked == SMCCC_VERSION) {
        return TN_PSCI_SUCCESS;
    }
    if (number > TN_PSCI_FEATURES || !(set >> number & 1)) {
        return TN_PSCI_NOT_SUPPORTED;
    }
    return TN_PSCI_SUCCESS;
}

/* In the order of PSCI's numbers; MIGRATE and MIGRATE_INFO_UP_CPU do not exist. */
REGISTER_HYPERCALL_GROUP(HV_HC_GROUP_PSCI, TN_CAP_POWER, psci_version, psci_cpu_suspend,
                         psci_cpu_off, psci_cpu_on, psci_affinity_info, psci_none,
                         psci_migrate_info_type, psci_none, psci_end, psci_end, psci_features);
