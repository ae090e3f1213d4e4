/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The watchdog of a partition, `watchdog_ms` in the manifest.  A partition that has not called
 * tn_watchdog_kick() for so long, from any of its CPUs, is ended by Mortise wherever it is, with
 * all interrupts masked too, as if it had faulted: its registers are reported and its `restart`
 * policy applies.  The time begins with the partition's first instruction, and anew when it is
 * resumed after a pause; what it sleeps, and what others on its CPU of a pool (docs/dynamic.md)
 * take from it, counts.  Made for programs that fail; against one that attacks it, a partition in a
 * pool, which may have it alone (docs/architecture.md, "Watchdog").
 */
#ifndef TN_WATCHDOG_H
#define TN_WATCHDOG_H

#include <tn/errno.h>

/*
 * The partition lives: its time begins anew.  One hypercall; any context.  TN_ENOENT: the manifest
 * gives it no watchdog.
 */
int tn_watchdog_kick(void);

#endif
