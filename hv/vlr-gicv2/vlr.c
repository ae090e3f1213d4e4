/* SPDX-License-Identifier: Apache-2.0 */
/*
 * List registers of GICv2 (Arm IHI 0048B, 5.3).  All of a CPU's virtual interface is in memory, at
 * the same address for each CPU.  Its guest believes that there is one group, as without security
 * extensions, and drives what is Group 0 here, taken as IRQ.
 */
#include <tn/hv/vlr.h>

#include <tn/board.h>
#include <tn/gic.h>
#include <tn/hv/irq.h>
#include <tn/hv/partition.h>
#include <tn/hv/vlr_regs.h>
#include <tn/mmio.h>

#define GICC_CTLR 0x00u
#define GICC_IAR 0x0cu
#define GICC_EOIR 0x10u
#define GICC_CTLR_EOIMODE (1u << 9)

#define GICH_HCR 0x00u
#define GICH_VMCR 0x08u
#define GICH_ELRSR0 0x30u
#define GICH_APR 0xf0u
#define GICH_LR0 0x100u

#define HCR_EN (1u << 0)
#define HCR_UIE (1u << 1) /* underflow: at most one list register is in use */

/* The guest's interface: Group 0 on, as IRQ, all priorities, EOImode 0, no preemption bits. */
#define VMCR_OPEN (0x1fu << 27 | 1u << 0)

/* The format of a list register. */
#define LR_HW (1u << 31)
#define LR_STATE_SHIFT 28 /* pending, active */
#define LR_PRIORITY_SHIFT 23
#define LR_PINTID_SHIFT 10
#define LR_INTID 0x3ffu
#define STATE 3u
#define STATE_SHIFT 62
#define PRIORITY 0xf8u /* five bits are kept */

/* A GICv2 has no redistributors: their window is free. */
#define VA_GICH HV_VA_GICR
#define VA_GICC_DIR (HV_VA_GICR + HV_PAGE)

TN_HV_DEVICE(gich, VA_GICH, TN_BOARD_GICH_BASE, HV_PAGE);
TN_HV_DEVICE(gicc_dir, VA_GICC_DIR, TN_BOARD_GICC_DIR_BASE, HV_PAGE);

static uint32_t read(uint32_t offset)
{
    return tn_mmio_read32(VA_GICH + offset);
}

static void write(uint32_t offset, uint64_t value)
{
    tn_mmio_write32(VA_GICH + offset, (uint32_t)value);
}

uint32_t vlr_used(void)
{
    return ~read(GICH_ELRSR0) & VLR_ALL;
}

uint64_t vlr_read(unsigned index)
{
    uint32_t lr = read(GICH_LR0 + index * 4);
    uint64_t value = (uint64_t)(lr >> LR_STATE_SHIFT & STATE) << STATE_SHIFT |
                     (uint64_t)(lr >> LR_PRIORITY_SHIFT << 3 & PRIORITY) << VLR_PRIORITY_SHIFT |
                     (lr & LR_INTID);

    return lr & LR_HW ? value | VLR_HW | (uint64_t)(lr & LR_INTID) << VLR_PINTID_SHIFT : value;
}

void vlr_write(unsigned index, uint64_t lr)
{
    uint32_t value = (uint32_t)(lr >> STATE_SHIFT) << LR_STATE_SHIFT |
                     (uint32_t)(lr >> VLR_PRIORITY_SHIFT & PRIORITY) >> 3 << LR_PRIORITY_SHIFT |
                     VLR_INTID(lr);

    write(GICH_LR0 + index * 4,
          lr & VLR_HW ? value | LR_HW | VLR_INTID(lr) << LR_PINTID_SHIFT : value);
}

void vlr_state_reset(void)
{
    write(GICH_APR, 0);
    write(GICH_VMCR, VMCR_OPEN);
    write(GICH_HCR, HCR_EN);
}

void vlr_state_save(struct vlr_state *state)
{
    state->vmcr = read(GICH_VMCR);
    state->ap0 = read(GICH_APR);
}

void vlr_state_restore(const struct vlr_state *state)
{
    write(GICH_VMCR, state->vmcr);
    write(GICH_APR, state->ap0);
    write(GICH_HCR, HCR_EN);
}

void tn_vlr_want(bool more)
{
    write(GICH_HCR, more ? HCR_EN | HCR_UIE : HCR_EN);
}

void tn_vlr_init_cpu(void)
{
    uintptr_t ctlr = tn_hv_gic.gicc + GICC_CTLR;

    tn_mmio_write32(ctlr, tn_mmio_read32(ctlr) | GICC_CTLR_EOIMODE);
}

/* What it returns has an SGI's sender above the number: the end needs it, too. */
uint32_t tn_vlr_take(void)
{
    uint32_t ack = tn_mmio_read32(tn_hv_gic.gicc + GICC_IAR);

    if (TN_GIC_INTID(ack) < TN_GIC_SPURIOUS) {
        tn_mmio_write32(tn_hv_gic.gicc + GICC_EOIR, ack);
    }
    return ack;
}

void tn_vlr_deactivate(uint32_t ack)
{
    tn_mmio_write32(VA_GICC_DIR, ack);
}
