/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two EL1 timers of the calling CPU (Arm ARM D11): each raises its PPI, level-triggered,
 * from the counter value that it was set to until it is stopped or set anew.  In bypass mode
 * the virtual timer belongs to tn_sleep_until(); the physical one is the application's or the
 * watchdog's.  Both count the same ticks: a partition's virtual offset is 0.
 *
 * A write is in force after the next context synchronisation (tn_isb(), exception entry or
 * return); the setters leave that to the caller, who mostly has one anyway.  Any context.
 */
#ifndef TN_GTIMER_H
#define TN_GTIMER_H

#include <stdint.h>

/* Raise the virtual timer's interrupt from counter value `ticks` on. */
void tn_gtimer_virt_set(uint64_t ticks);

/* The virtual timer raises nothing. */
void tn_gtimer_virt_stop(void);

/* Raise the physical timer's interrupt from counter value `ticks` on. */
void tn_gtimer_phys_set(uint64_t ticks);

/* The physical timer raises nothing. */
void tn_gtimer_phys_stop(void);

#endif
