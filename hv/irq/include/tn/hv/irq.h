/* SPDX-License-Identifier: Apache-2.0 */
/* The interrupt controller, as Mortise has it mapped. */
#ifndef TN_HV_IRQ_H
#define TN_HV_IRQ_H

#include <tn/gic.h>

extern const struct tn_gic tn_hv_gic;

#endif
