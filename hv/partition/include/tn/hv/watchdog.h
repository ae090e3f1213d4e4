/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watchdogs of partitions (hv/watchdog), as the rest of Mortise takes part in them.  In an image
 * without one (CONFIG_WATCHDOGS 0) none of this is called or linked.  A partition with CPUs of its
 * own is watched by an interrupt that it cannot mask (hv/watchdog-fiq), an instance of a pool by
 * its CPU's scheduler (hv/pool/watch.c).
 */
#ifndef TN_HV_WATCHDOG_H
#define TN_HV_WATCHDOG_H

#include <tn/hv/partition.h>

/*
 * When each partition's time is over, by the physical counter, which all CPUs have in common.  Of a
 * partition with CPUs of its own any of them reads and writes it, atomically; of an instance only
 * the CPU that has it does.
 */
extern uint64_t tn_hv_watchdog_deadlines[CONFIG_PARTITIONS];

static inline uint64_t *tn_hv_watchdog_deadline(unsigned partition)
{
    return &tn_hv_watchdog_deadlines[CONFIG_PARTITIONS > 1 ? partition : 0];
}

/* Milliseconds in ticks.  A board's counter runs at 1 GHz at most: that times 2^32 fits. */
uint64_t tn_hv_watchdog_ticks(uint32_t ms);

/* This CPU is about to enter its guest: it is watched, if the partition has a watchdog. */
void tn_hv_watchdog_begin(const struct tn_hv_boot *boot);

/* The partition's time begins anew: it has kicked, or was paused and goes on. */
void tn_hv_watchdog_kick(void);

/* hv/watchdog-fiq: this CPU gets an interrupt at the deadline, which begins if `boot` is fresh. */
void tn_hv_watchdog_arm(const struct tn_hv_boot *boot);

#endif
