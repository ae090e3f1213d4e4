/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts of other partitions, made pending by hypercall: simulators, tests, devices in
 * software. */
#ifndef TN_INJECT_H
#define TN_INJECT_H

#include <stdint.h>
#include <tn/errno.h>

/*
 * Make SPI `intid` pending, which its owner has under `injectable` in the manifest.  Its owner
 * takes it as if the device had raised it; several before that are one, and one that does not run
 * never sees it.  TN_EINVAL: no interrupt of that kind.  Any context.
 */
int tn_irq_inject(uint32_t intid);

#endif
