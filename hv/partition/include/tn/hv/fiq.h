/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupts of Group 0: FIQs, which go to EL2 whatever a guest masks.  Who has one enters itself
 * here.  In an image in which nobody does (CONFIG_FIQ 0) there are none, and nothing of this is
 * linked.
 */
#ifndef TN_HV_FIQ_H
#define TN_HV_FIQ_H

#include <stdint.h>
#include <tn/compiler.h>

struct tn_hv_frame;

/*
 * TN_HV_FIQ(intid, function): called at EL2 when the SGI or PPI has come while the guest ran; it is
 * acknowledged and no longer active.  What the function does not end goes on in the guest.
 */
typedef void tn_hv_fiq_fn(const struct tn_hv_frame *frame);

struct tn_hv_fiq {
    tn_hv_fiq_fn *function;
    uint32_t intid;
};

#define TN_HV_FIQ(intid_, function_)                                                               \
    static const struct tn_hv_fiq tn_hv_fiq_##function_ TN_SECTION(".hv.fiq") = {                  \
        .function = (function_), .intid = (intid_)}

/* An FIQ has come: take it, call whose it is, go on in the guest. */
TN_NORETURN void tn_hv_fiq(const struct tn_hv_frame *frame);

/* Back into the guest, with the registers of a frame at the top of the stack. */
TN_NORETURN void tn_hv_resume(const struct tn_hv_frame *frame);

#endif
