/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition's view of the interrupt controller: the board's own, at its own addresses, with the
 * CPUs and the interrupts of the partition.  Accesses to what it owns are done on the real
 * registers, where interrupts go to the guest without Mortise.  Of the SPIs that it does not own
 * it sees registers that keep what is written and do nothing; of those of GICv2's SGIs and of PPIs
 * the real ones.  For the libraries hv/vgicv2 and hv/vgicv3.
 */
#ifndef TN_HV_VGIC_H
#define TN_HV_VGIC_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/hv/exit.h>
#include <tn/hv/partition.h>

#define TN_HV_VGIC_INTIDS 1024u

/* What all CPUs of a partition share; bytes and words are written whole, each by one store. */
struct tn_hv_vgic {
    uint32_t control;                         /* GICD_CTLR as the guest wrote it: 0 is off */
    uint32_t wake;                            /* GICv2: CPUs that have SGI 15 enabled */
    uint32_t enabled[TN_HV_VGIC_INTIDS / 32]; /* of SPIs, whether owned or not */
    uint8_t priority[TN_HV_VGIC_INTIDS];      /* the same */
    uint8_t targets[TN_HV_VGIC_INTIDS];       /* GICv2: the partition's numbers of its CPUs */
};

/* The calling CPU's partition's. */
struct tn_hv_vgic *tn_hv_vgic(void);

/* INTIDs of [32n, 32n + 32) that the partition has; SGIs are its own but those of Mortise. */
uint32_t tn_hv_vgic_owned(unsigned bank);

/*
 * Of a mask of the partition's CPUs those to which an SGI that is the partition's may be sent.  One
 * that Mortise keeps open for itself may not while a CPU has it disabled, and is lost then.  Not
 * for an instance of a pool, whose SGIs never reach the controller.
 */
uint32_t tn_hv_vgic_hearers(unsigned sgi, uint32_t cpus);

/* How many banks of 32 interrupts there are. */
unsigned tn_hv_vgic_banks(void);

/*
 * An access to the registers that frames have in common, IGROUPR to IPRIORITYR and ICFGR; `frame`
 * is where the real ones are, `offset` below 0x1000.  Others read as zero and ignore writes.
 */
uint64_t tn_hv_vgic_access(uintptr_t frame, uint32_t offset, unsigned width, bool write,
                           uint64_t value);

/*
 * An exit by a system register: true if it is a debug register that an instance of a pool has not
 * loaded yet; then the access is to be done once more.
 */
bool tn_hv_vgic_debug(struct tn_hv_frame *frame, uint64_t esr);

/* GICD_CTLR is written: the partition's SPIs are forwarded from now on, or not. */
void tn_hv_vgic_control(uint32_t value, bool forward);

#endif
