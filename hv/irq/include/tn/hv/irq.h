/* SPDX-License-Identifier: Apache-2.0 */
/* The interrupt controller, as Mortise has it mapped. */
#ifndef TN_HV_IRQ_H
#define TN_HV_IRQ_H

#include <tn/gic.h>

extern const struct tn_gic tn_hv_gic;

/*
 * Make CPU `cpu` of the board leave WFI, if its CPU interface lets any interrupt through: by SGI
 * 15, which is pending until that CPU calls tn_hv_irq_woken() or starts anew.  It is pending when
 * this returns.
 */
void tn_hv_irq_wake(unsigned cpu);
void tn_hv_irq_woken(void);

/*
 * For a CPU of a pool (hv/pool/move.c).  What runs at EL2 here was on another CPU before: from now
 * on it has this one's redistributor.  No partition has begun on this CPU yet: its own part of the
 * controller is set up.
 */
void tn_hv_irq_moved(void);
void tn_hv_irq_begin_cpu(void);

#endif
