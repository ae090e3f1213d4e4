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

struct tn_hv_frame;

/* This CPU is about to enter its guest: what can stop it is ready, and it is RUNNING. */
void tn_hv_life_begin(const struct tn_hv_boot *boot);

/* An FIQ came while the guest ran: waits while the partition is paused, does not return when it is
 * stopped. */
void tn_hv_life_kicked(void);

/* Zero in every FP and SIMD register: the CPU may have been another partition's. */
void tn_hv_clear_fp(void);

/* Back into the guest, with the registers of a frame at the top of the stack. */
TN_NORETURN void tn_hv_resume(const struct tn_hv_frame *frame);

/* This CPU's partition has ended and its last message is out: clear its memory, then OFF. */
TN_NORETURN void tn_hv_life_end(void);
TN_NORETURN void tn_hv_life_retired(void);

/* Whether a partition is not OFF.  Under the lock. */
bool tn_hv_life_is_on(unsigned partition);

#endif
