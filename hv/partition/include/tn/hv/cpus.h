/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several CPUs, each of one partition.  Every CPU of Mortise has its own stack, tables and
 * .bss behind the same addresses, so that the code for one CPU is the code for all; what is
 * really shared is in section .bss.0shared.  In an image with one CPU nothing of this is
 * linked: the inline functions are empty and nobody calls the others.
 */
#ifndef TN_HV_CPUS_H
#define TN_HV_CPUS_H

#include <stdbool.h>
#include <tn/hv/partition.h>

/*
 * On a CPU that tn_hv_cpus_start() started: complete `boot` from what the first CPU has checked,
 * and return true.  On the first CPU: prepare what is shared and return false.
 */
bool tn_hv_cpus_join(struct tn_hv_boot *boot);

/*
 * On the first CPU: start the first one of each other partition, which sees `boot` as it is now.
 * Machine-wide set-up is complete.  On every CPU: it is on now.
 */
void tn_hv_cpus_start(const struct tn_hv_boot *boot);

/*
 * This CPU's partition has ended, its other CPUs are off; returns only when it was the last
 * partition.
 */
void tn_hv_cpus_leave(void);

/*
 * Power of the partition's CPUs, with PSCI's arguments and results (tn/psci.h).  A CPU that is off
 * is off by the firmware, too, and begins like one that boots.  `mpidr` has affinity fields only.
 */
int tn_hv_cpus_on(uint64_t mpidr, uint64_t entry, uint64_t argument);
int tn_hv_cpus_affinity(uint64_t mpidr); /* TN_PSCI_AFFINITY_* or an error */

/*
 * This CPU, the first of its partition, will go the way of a start once more, and then for a
 * partition that begins anew.
 */
void tn_hv_cpus_again(void);

/*
 * The partition ends on this CPU: its other CPUs leave the guest and are switched off.  One CPU
 * ends a partition: where another was first this does not return.  False: one of them sleeps with
 * all interrupts off and cannot be had (not where WFI traps, tn_hv_life_traps()); the partition
 * must not begin again.
 */
bool tn_hv_cpus_stop_others(void);

/* What it has returned on this CPU. */
bool tn_hv_cpus_stopped(void);

/* A CPU has left its guest for a reason that may be that the partition ends: then it goes off. */
void tn_hv_cpus_if_ending(void);

/*
 * For instances that move (hv/pool/move.c).  Start CPU `board` in a slot that is no partition's;
 * false: the firmware refuses.  The slot that runs is on CPU `board` from now on.
 */
bool tn_hv_cpus_start_slot(unsigned slot, unsigned board);
void tn_hv_cpus_moved(unsigned board);

/* Whether some partition has more than one CPU. */
#define TN_HV_SMP (CONFIG_HV_CPUS > CONFIG_PARTITIONS)

/* The same, but for a partition that has ended: boot->retire. */
void tn_hv_cpus_retire(void);

/*
 * Life cycle (hv/life), under the lock: reserve the CPUs of a partition that is not running, to
 * begin it; false when another has one of them.  Then, without the lock, start the first; an
 * error of PSCI's takes the reservation back.
 */
bool tn_hv_cpus_reserve(unsigned partition);
int tn_hv_cpus_begin(unsigned partition);

/*
 * Every CPU of another partition that is on leaves its guest for tn_hv_life_exit().  Under the
 * lock. One that starts meanwhile sees what was stored before the call when it is on.
 */
void tn_hv_cpus_order(unsigned partition);

/* Switch this CPU off.  Returns only when no other CPU of the partition is on. */
void tn_hv_cpus_off(void);

/*
 * The one lock: the console, and the distributor while booting.  First come, first served; not
 * recursive.  It is held for a few lines of text at most, so that a waiter's time is bounded by
 * CPUs x lines.  Never taken by the panic path.
 */
void tn_hv_cpus_lock(void);
void tn_hv_cpus_unlock(void);

static inline void tn_hv_lock(void)
{
    if (CONFIG_HV_CPUS > 1) {
        tn_hv_cpus_lock();
    }
}

/*
 * Before the last message of this CPU's partition: its other CPUs stop, so that nobody makes new
 * what is then put away, then what it left behind, then the lock.
 */
static inline void tn_hv_begin_end(void)
{
    if (CONFIG_HV_CPUS > 1) {
        if (TN_HV_SMP) {
            (void)tn_hv_cpus_stop_others();
        }
        tn_hv_partition_ending();
        tn_hv_cpus_lock();
    }
}

static inline void tn_hv_unlock(void)
{
    if (CONFIG_HV_CPUS > 1) {
        tn_hv_cpus_unlock();
    }
}

#endif
