/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Power State Coordination Interface (Arm DEN0022): numbers, and calls to the firmware by SMC.
 */
#ifndef TN_PSCI_H
#define TN_PSCI_H

#define TN_PSCI_BASE 0x84000000 /* SMC32; a 64-bit function has TN_PSCI_64 set, too */
#define TN_PSCI_64 0x40000000

/* Function numbers. */
#define TN_PSCI_VERSION 0
#define TN_PSCI_CPU_SUSPEND 1
#define TN_PSCI_CPU_OFF 2
#define TN_PSCI_CPU_ON 3
#define TN_PSCI_AFFINITY_INFO 4
#define TN_PSCI_MIGRATE_INFO_TYPE 6
#define TN_PSCI_SYSTEM_OFF 8
#define TN_PSCI_SYSTEM_RESET 9
#define TN_PSCI_FEATURES 10

/* Results. */
#define TN_PSCI_SUCCESS 0
#define TN_PSCI_NOT_SUPPORTED -1
#define TN_PSCI_INVALID_PARAMETERS -2
#define TN_PSCI_DENIED -3
#define TN_PSCI_ALREADY_ON -4
#define TN_PSCI_ON_PENDING -5
#define TN_PSCI_INTERNAL_FAILURE -6
#define TN_PSCI_INVALID_ADDRESS -9

/* Results of AFFINITY_INFO. */
#define TN_PSCI_AFFINITY_ON 0
#define TN_PSCI_AFFINITY_OFF 1
#define TN_PSCI_AFFINITY_ON_PENDING 2

/* MIGRATE_INFO_TYPE: there is no Trusted OS to migrate. */
#define TN_PSCI_NO_MIGRATION 2

#ifndef __ASSEMBLER__
#include <stdint.h>
#include <tn/compiler.h>

/* Power the machine off; sleeps for ever where the firmware cannot.  Any context. */
TN_NORETURN void tn_psci_system_off(void);

/*
 * Start the CPU of affinity `mpidr`, whose RES1 bit must be clear, at the physical address `entry`
 * with x0 = `context`, MMU off, at the caller's exception level.  Returns TN_PSCI_SUCCESS or an
 * error at once.  What the caller has stored before is visible to who observes the CPU run; the
 * CPU itself sees it once its own caches are on.
 */
int tn_psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t context);

/* The same by HVC, for code at EL1 whose firmware is a hypervisor. */
int tn_psci_cpu_on_hvc(uint64_t mpidr, uint64_t entry, uint64_t context);

/* Switch the calling CPU off; sleeps for ever where the firmware cannot.  Interrupts masked. */
TN_NORETURN void tn_psci_cpu_off(void);
#endif

#endif
