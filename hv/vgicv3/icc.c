/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPU interface of a partition with direct interrupts (Arm IHI 0069, 9.2 and 12.2).  Group 1
 * registers are the real ones, without Mortise.  Writes that send an SGI trap, since HCR_EL2.FMO
 * is set, and go to the partition's own CPUs alone.  The registers that both groups have in common
 * would be the virtual interface's, again by FMO: ICH_HCR_EL2.TC traps them, and they are done on
 * the real ones here.  A kernel writes those when it starts, one that masks by priority more often.
 */
#include <tn/hv/vgic.h>

#include <tn/abi/cap.h>
#include <tn/abi/hypercall.h>
#include <tn/board.h>
#include <tn/hv/exit.h>
#include <tn/hv/pool.h>
#include <tn/sysreg.h>

#include "internal.h"

/* ESR_EL2.ISS of a trapped MSR without the general register; bit 0 makes an MRS of it. */
#define REGISTER(op1, crn, crm, op2)                                                               \
    (3u << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)
#define ISS_NAME(esr) ((uint32_t)(esr)&0x3ffc1fu)
#define ISS_REGISTER(esr) ((unsigned)((esr) >> 5 & 0x1f))
#define ISS_READ 1u

#define PMR REGISTER(0, 4, 6, 0)
#define DIR REGISTER(0, 12, 11, 1)
#define RPR REGISTER(0, 12, 11, 3)
#define SGI1R REGISTER(0, 12, 11, 5)
#define ASGI1R REGISTER(0, 12, 11, 6)
#define SGI0R REGISTER(0, 12, 11, 7)
#define CTLR REGISTER(0, 12, 12, 4)

#define ICC_PMR_EL1 S3_0_C4_C6_0
#define ICC_DIR_EL1 S3_0_C12_C11_1
#define ICC_RPR_EL1 S3_0_C12_C11_3
#define ICC_SGI1R_EL1 S3_0_C12_C11_5
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICH_HCR_EL2 S3_4_C12_C11_0

/* Macros, so that a name is replaced before it becomes text. */
#define READ(name) tn_sysreg_read(name)
#define WRITE(name, value) tn_sysreg_write(name, value)

#define ICH_HCR_TC (1u << 10)

/* ICC_SGI1R_EL1. */
#define SGI_TARGETS 0xffffull
#define SGI_CLUSTER 0x00fff0ff00ff0000ull /* Aff3, RS, Aff2, Aff1 */
#define SGI_INTID 0x0f000000ull
#define SGI_OTHERS (1ull << 40)
#define SGI_INTID_SHIFT 24
#define SGI_LAST 15u

#define CTLR_GUEST 0x43u /* PMHE, EOImode, CBPR: the rest is read-only */
#define DIR_INTID 0xffffffu

/* The guest's priority mask, where the real one is not as it wrote it. */
static uint64_t held;
static bool closed;

/* The partition's CPUs as ICC_SGI1R_EL1 names them: those that one write reaches, and this one. */
static uint64_t clusters[TN_BOARD_CPUS], self;
static const uint64_t *last_cluster;

/* Those of a cluster that `value` names. */
static uint64_t targets_in(uint64_t cluster, uint64_t value)
{
    if (value & SGI_OTHERS) {
        return ((cluster ^ self) & SGI_CLUSTER) != 0 ? cluster : cluster & ~(self & SGI_TARGETS);
    }
    return ((cluster ^ value) & SGI_CLUSTER) != 0 ? 0 : cluster & (value | SGI_CLUSTER);
}

static void send(uint64_t value)
{
    const uint64_t *cluster = clusters;

    if (!(tn_hv_vgic_owned(0) >> (value >> SGI_INTID_SHIFT & SGI_LAST) & 1)) {
        return;
    }
    tn_dsb(ishst); /* what the guest has stored before is visible before the interrupt is */
    do {
        uint64_t found = targets_in(*cluster, value);

        if ((found & SGI_TARGETS) == 0) {
            continue;
        }
        if (tn_hv_in_pool()) { /* its only CPU is itself */
            tn_hv_pool_irq_pend((unsigned)(value >> SGI_INTID_SHIFT) & SGI_LAST);
        } else {
            WRITE(ICC_SGI1R_EL1, found | (value & SGI_INTID));
        }
    } while (cluster++ != last_cluster);
}

/* The guest may deactivate what is its own; SGIs are. */
static void deactivate(uint64_t value)
{
    unsigned intid = (unsigned)value & DIR_INTID;

    if (intid < TN_HV_VGIC_INTIDS && (tn_hv_vgic_owned(intid / 32) >> intid % 32 & 1)) {
        WRITE(ICC_DIR_EL1, intid);
    }
}

/*
 * Mortise's own interrupts have priorities below TN_HC_IRQ_MOST, and go through whatever the guest
 * masks: its watchdog's catches one that hangs with the mask closed.
 */
static void mask_by(uint64_t value)
{
    WRITE(ICC_PMR_EL1, value);
    closed = false;
    if (CONFIG_FIQ > 0) {
        held = READ(ICC_PMR_EL1); /* with the bits that there are */
        closed = held < TN_HC_IRQ_MOST;
        if (closed) {
            WRITE(ICC_PMR_EL1, TN_HC_IRQ_MOST);
        }
    }
}

static bool write_register(uint32_t name, uint64_t value)
{
    switch (name) {
    case SGI0R: /* there is no Group 0, no other security state */
    case ASGI1R:
        return true;
    case PMR:
        mask_by(value & 0xff);
        return true;
    case CTLR:
        WRITE(ICC_CTLR_EL1, value & CTLR_GUEST);
        return true;
    case DIR:
        deactivate(value);
        return true;
    default:
        return false;
    }
}

static bool read_register(struct tn_hv_frame *frame, uint32_t name, unsigned number)
{
    uint64_t value;

    switch (name) {
    case PMR:
        value = closed ? held : READ(ICC_PMR_EL1);
        break;
    case CTLR:
        value = READ(ICC_CTLR_EL1);
        break;
    case RPR:
        value = READ(ICC_RPR_EL1);
        break;
    default:
        return false;
    }
    tn_hv_set_register(frame, number, value);
    return true;
}

static bool on_sysreg(struct tn_hv_frame *frame, uint64_t esr)
{
    uint32_t name = ISS_NAME(esr);
    unsigned number = ISS_REGISTER(esr);

    if (name == SGI1R) { /* of all of them the only frequent one */
        send(tn_hv_register(frame, number));
    } else if (tn_hv_vgic_debug(frame, esr)) {
        return true;
    } else if (!(name & ISS_READ ? read_register(frame, name & ~ISS_READ, number)
                                 : write_register(name, tn_hv_register(frame, number)))) {
        return false;
    }
    tn_hv_skip(HV_ESR_LONG);
    return true;
}

static uint64_t peer(uint64_t mpidr)
{
    return 1ull << (mpidr & 0xf) | (mpidr & 0xff00) << 8 | (mpidr & 0xff0000) << 16 |
           (mpidr >> 32 & 0xff) << 48 | (mpidr >> 4 & 0xf) << 44;
}

void vgicv3_start(void)
{
    uint64_t *cluster = clusters;

    *cluster = peer(vgicv3_mpidr(vgicv3_board_cpu(0)));
    for (unsigned i = 1; i < vgicv3_cpus(); i++) {
        uint64_t cpu = peer(vgicv3_mpidr(vgicv3_board_cpu(i)));

        /* The board numbers its CPUs cluster by cluster; if not, that costs a write more. */
        if (((*cluster ^ cpu) & SGI_CLUSTER) == 0) {
            *cluster |= cpu;
        } else {
            *++cluster = cpu;
        }
    }
    last_cluster = cluster;
    self = peer(vgicv3_mpidr(tn_hv_partition.board_cpu));
    if (!tn_hv_in_pool()) { /* there those registers are the virtual interface's, as they should */
        WRITE(ICH_HCR_EL2, ICH_HCR_TC);
    }
}

TN_HV_EXIT(sysreg, HV_EC_SYSREG, TN_CAP_VGIC, on_sysreg);
