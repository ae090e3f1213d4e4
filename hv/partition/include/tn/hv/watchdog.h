/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watchdogs of partitions (hv/watchdog), as the rest of Mortise takes part in them.  In an image
 * without one (CONFIG_WATCHDOGS 0) none of this is called or linked.
 */
#ifndef TN_HV_WATCHDOG_H
#define TN_HV_WATCHDOG_H

#include <tn/hv/partition.h>

/* This CPU is about to enter its guest: its timer is set, if the partition has a watchdog. */
void tn_hv_watchdog_begin(const struct tn_hv_boot *boot);

/* The partition's time begins anew: it has kicked, or was paused and goes on. */
void tn_hv_watchdog_kick(void);

#endif
