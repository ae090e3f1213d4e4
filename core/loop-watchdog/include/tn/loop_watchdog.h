/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The software watchdog of tn/loop.h: `.guard = &tn_loop_watchdog, .watchdog_ns = ...`.  It owns
 * the EL1 physical timer while the loop runs, and one loop at a time: TN_EBUSY when something
 * else has that timer's interrupt.  It catches a step that hangs with interrupts let in; one
 * that masks them is beyond it.
 */
#ifndef TN_LOOP_WATCHDOG_H
#define TN_LOOP_WATCHDOG_H

#include <tn/loop.h>

extern const struct tn_loop_guard tn_loop_watchdog;

#endif
