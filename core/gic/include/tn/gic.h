/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Arm Generic Interrupt Controller.  One driver is linked, the board's folder says which.
 * Under Mortise a partition has only the CPU interface: tn_gic_ack() and tn_gic_eoi(); all else
 * belongs to who owns the distributor.  The drivers keep no state and take no lock: register
 * writes that touch one bit go to set/clear registers, the others happen while the interrupt is
 * disabled.  Any context unless said.
 */
#ifndef TN_GIC_H
#define TN_GIC_H

#include <stdbool.h>
#include <stdint.h>

#define TN_GIC_SGIS 16u       /* INTIDs below are software-generated */
#define TN_GIC_FIRST_SPI 32u  /* INTIDs below are banked for each CPU */
#define TN_GIC_SPURIOUS 1020u /* INTIDs from here on: nothing is pending */

/* The INTID in what tn_gic_ack() returned (no LPIs here); an SGI's source may stand above it. */
#define TN_GIC_INTID(ack) ((ack)&0x3ffu)

/* Where the frames are in the caller's address space; one that the version lacks is 0. */
struct tn_gic {
    uintptr_t gicd;
    uintptr_t gicr; /* GICv3: RD_base of the CPU that calls */
    uintptr_t gicc; /* GICv2 */
};

/*
 * Take the most urgent pending interrupt of this CPU, which is active from now on.  Its number
 * is TN_GIC_INTID() of the result.  `gicc` as in struct tn_gic.  Interrupts masked.
 */
uint32_t tn_gic_ack(uintptr_t gicc);

/* What tn_gic_ack() returned is handled: drop its priority and deactivate it. */
void tn_gic_eoi(uintptr_t gicc, uint32_t ack);

/* Distributor to a known state: all SPIs disabled, forwarding on.  Once, by one CPU. */
void tn_gic_init(const struct tn_gic *gic);

/* The calling CPU's own part: SGIs and PPIs disabled, its interface open for all priorities. */
void tn_gic_init_cpu(const struct tn_gic *gic);

/*
 * Set up one interrupt, SPI or PPI of the calling CPU: priority as GICD_IPRIORITYR takes it,
 * trigger (PPIs: where it can be set), and for an SPI the calling CPU as target.  Drops what is
 * pending.  The interrupt must be disabled and stays so.
 */
void tn_gic_configure(const struct tn_gic *gic, uint32_t intid, uint8_t priority, int edge);

/*
 * Drop what is pending or active of one interrupt that is disabled: an SGI or PPI of this CPU, or
 * an SPI that is routed to it.
 */
void tn_gic_forget(const struct tn_gic *gic, uint32_t intid);

/*
 * Change one of the two.  Priority: any time, also of an SGI; it counts from the next time that the
 * interrupt becomes pending on.  Trigger: of an SPI, or a PPI where it can be set, while disabled;
 * registers hold several interrupts, so the caller serialises.
 */
void tn_gic_set_priority(const struct tn_gic *gic, uint32_t intid, uint8_t priority);
void tn_gic_set_trigger(const struct tn_gic *gic, uint32_t intid, int edge);

/* Forward, no longer forward, make pending one interrupt; SGIs and PPIs are this CPU's. */
void tn_gic_enable(const struct tn_gic *gic, uint32_t intid);
void tn_gic_disable(const struct tn_gic *gic, uint32_t intid);
void tn_gic_pend(const struct tn_gic *gic, uint32_t intid);

/* How tn_gic_send() names the calling CPU.  `gicd` as in struct tn_gic. */
uint64_t tn_gic_target(uintptr_t gicd);

/*
 * Make SGI `intid`, 0..15, pending on the CPU that tn_gic_target() called `target` there.  What the
 * caller has stored in inner shareable memory before is seen by who takes it.
 */
void tn_gic_send(uintptr_t gicd, uint64_t target, uint32_t intid);

/*
 * Let SPI `intid` go to the CPU of this target from now on; any time.  One that is active stays
 * where it is, one that is pending goes along (IHI 0048B 4.3.12, IHI 0069 GICD_IROUTER<n>).
 */
void tn_gic_route(uintptr_t gicd, uint32_t intid, uint64_t target);

/*
 * At EL2: TN_GIC_KICK, an SGI in Group 0, reaches a CPU at EL2 whatever its guest masks.  Made
 * ready on the calling CPU, after tn_gic_init_cpu(); false where that cannot be had (GICv2; GICv3
 * with a secure world).  By one CPU at a time.
 */
#define TN_GIC_KICK 15u
bool tn_gic_kick_init(const struct tn_gic *gic);

/*
 * Wait for an interrupt as WFI does, and for TN_GIC_KICK at priority 0 however the guest has set
 * the CPU interface, which is as before on return.  May come back with nothing pending.  At EL2.
 */
void tn_gic_wait(const struct tn_gic *gic);

/* One more, an SGI or PPI of the calling CPU, after tn_gic_kick_init(); enabled. */
void tn_gic_kick_add(const struct tn_gic *gic, uint32_t intid);

/*
 * Take what has arrived as an FIQ, which is over with that; returns its INTID, TN_GIC_SPURIOUS or
 * more when there is none.
 */
uint32_t tn_gic_kick_take(void);

#endif
