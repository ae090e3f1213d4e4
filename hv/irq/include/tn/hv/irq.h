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

#endif
