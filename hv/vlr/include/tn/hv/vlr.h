/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GIC's virtualization extensions (Arm IHI 0048B chapter 5, IHI 0069 chapter 6): a CPU whose
 * interrupts all enter EL2, and a guest that has the virtual CPU interface.  One driver is linked.
 * The state of a guest that does not run is in the library's own .bss, which each instance has a
 * copy of.  At EL2, interrupts masked.
 */
#ifndef TN_HV_VLR_H
#define TN_HV_VLR_H

#include <stdbool.h>
#include <stdint.h>

/* This CPU's physical interface: an end of interrupt drops the priority only.  Once a CPU. */
void tn_vlr_init_cpu(void);

/* The guest's interface as after tn_gic_init_cpu(): open, EOImode 0, nothing pending. */
void tn_vlr_init(void);

/* Switch to and from another guest. */
void tn_vlr_save(void);
void tn_vlr_restore(void);

/*
 * Physical: the most urgent interrupt, and its priority is dropped; TN_GIC_SPURIOUS and above:
 * none.  It stays active until tn_vlr_deactivate(), or until the guest that it is given to ends it.
 */
uint32_t tn_vlr_take(void);
void tn_vlr_deactivate(uint32_t ack);

/*
 * Make `intid` pending in the guest that runs; `hardware`: the guest's end of it deactivates the
 * physical one.  False: no list register is free now, tn_vlr_want() says when.
 */
bool tn_vlr_put(uint32_t intid, uint8_t priority, bool hardware);

/* Raise the maintenance interrupt when list registers are free again, or not. */
void tn_vlr_want(bool more);

/* Take `intid` back that the guest has not yet seen; false: it is not pending there. */
bool tn_vlr_take_back(uint32_t intid);

/* `intid` is over, as if the guest had ended it; false: it is not active there. */
bool tn_vlr_end(uint32_t intid);

/* Which of INTIDs [32 * bank, 32 * bank + 32) are pending in it, or active; a bit each. */
uint32_t tn_vlr_bits(uint32_t bank, bool active);

/* Whether the guest has something pending or active; something that it could be waiting for. */
bool tn_vlr_busy(void);
bool tn_vlr_pending(void);

/*
 * SGIs and PPIs are the CPU's, not the guest's.  Before tn_vlr_save(): those that the guest has
 * not seen are withdrawn, they come again with their level.  Returns the hardware ones that were
 * pending or active in it, a bit each: physically active now; `*active`: those that have to be so
 * again when the guest goes on.
 */
uint32_t tn_vlr_private(uint32_t *active);

#endif
