/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life cycle of partitions at run time (hv/life), as the rest of Mortise takes part in it.  In
 * an image in which no partition holds CAP_LIFECYCLE (CONFIG_LIFE 0) none of this is called or
 * linked.
 */
#ifndef TN_HV_LIFE_H
#define TN_HV_LIFE_H

#include <stdbool.h>
#include <tn/hv/partition.h>

#define HV_STATUS_FAULT 139u   /* 128 + SIGSEGV, as tnimage run counts it */
#define HV_STATUS_STOPPED 137u /* 128 + SIGKILL */

/* This CPU is about to enter its guest: what can stop it is ready, and it is RUNNING. */
void tn_hv_life_begin(const struct tn_hv_boot *boot);

/*
 * An exit of the guest that nothing else has handled: when it comes from an order to this partition
 * (tn_hv_cpus_order()), or may, or the guest wants to sleep, the order is obeyed: a pause is waited
 * out, a stop does not return.  Then true: the guest goes on.
 */
bool tn_hv_life_exit(uint64_t kind);

/* Obey an order that there may be; whether there was one, or was until now. */
bool tn_hv_life_held(void);

/*
 * WFI for a guest, ended by an order too, however the guest has set its CPU interface.  Traps: what
 * HCR_EL2 has to have so that its own WFI comes here, where it could otherwise not be woken.
 */
void tn_hv_life_sleep(void);
uint64_t tn_hv_life_traps(void);

/* Zero in every FP and SIMD register: the CPU may have been another partition's. */
void tn_hv_clear_fp(void);

/* This CPU's partition has ended and its last message is out: clear its memory, then OFF. */
TN_NORETURN void tn_hv_life_end(void);
TN_NORETURN void tn_hv_life_retired(void);

/* State of a partition, TN_LIFE_*. */
uint32_t tn_hv_life_state(unsigned partition);

/* From one state to another, if it is in that; whether it was.  Takes the lock. */
bool tn_hv_life_move(unsigned partition, uint32_t from, uint32_t to);

/* Whether a partition has its CPUs: it is neither OFF nor a slot without a program.  Under the
 * lock. */
bool tn_hv_life_is_on(unsigned partition);

#endif
