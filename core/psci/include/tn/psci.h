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

/* MIGRATE_INFO_TYPE: there is no Trusted OS to migrate. */
#define TN_PSCI_NO_MIGRATION 2

#ifndef __ASSEMBLER__
#include <tn/compiler.h>

/* Power the machine off; sleeps for ever where the firmware cannot.  Any context. */
TN_NORETURN void tn_psci_system_off(void);
#endif

#endif
