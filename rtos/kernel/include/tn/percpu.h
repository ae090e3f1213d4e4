/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one CPU has for itself, the kernel lock, and whatever else of the kernel depends on how
 * many CPUs there are.  Both files offer the same functions; those for one CPU are empty or as
 * good as.  docs/tenon.md, "Several CPUs".
 */
#ifndef TN_PERCPU_H
#define TN_PERCPU_H

#if CONFIG_CPUS > 1
#include <tn/percpu_many.h>
#else
#include <tn/percpu_one.h>
#endif

/* tn_thread.affinity of a thread that may run everywhere. */
#define TN_CPUS_ALL ((UINT64_C(1) << CONFIG_CPUS) - 1)

#endif
