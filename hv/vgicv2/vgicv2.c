/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv2's distributor (Arm IHI 0048B, 4.3): what concerns CPUs.  The partition numbers its own from
 * 0; the board's CPU interface n is that of its CPU n.  The source of an SGI, which GICC_IAR shows
 * without Mortise, is the board's number; vgicv2_cpu.c is for kernels that look at it.
 */
#include <tn/hv/vgic.h>

#include <tn/abi/cap.h>
#include <tn/board.h>
#include <tn/gic_regs.h>
#include <tn/hv/exit.h>
#include <tn/hv/irq.h>
#include <tn/hv/pool.h>

#include "internal.h"

#define WORD 2u /* width: 4 bytes */
#define FIRST_SPI 32u

#define TYPER_CPUS_SHIFT 5
#define GICD_IIDR 0x008
#define GICD_SGIR 0xf00
#define GICD_CPENDSGIR 0xf10
#define GICD_SPENDSGIR 0xf20
#define GICD_SGIR_END 0xf30
#define GICD_ID 0xfd0 /* identification, to the end of the page */

#define SGIS 16u
#define SGIR_ID 0xfu
#define SGIR_TARGETS(value) ((value) >> 16 & 0xff)
#define SGIR_FILTER(value) ((value) >> 24 & 3)
#define SGIR_OTHERS 1u
#define SGIR_SELF 2u
#define DIR_INTID 0x3ffu

/* Known once the CPU has started: all of the partition's CPUs as it numbers them, and GICD_TYPER.
 */
static uint32_t everyone, typer;

/* Of a mask of the partition's CPUs the board's, in one pass from the lowest. */
uint32_t vgicv2_to_board(uint32_t mask)
{
    uint32_t result = 0;

    for (uint64_t cpus = tn_hv_partition.cpus; cpus != 0 && mask != 0; mask >>= 1) {
        uint64_t rest = cpus & (cpus - 1);

        if (mask & 1) {
            result |= (uint32_t)(cpus ^ rest);
        }
        cpus = rest;
    }
    return result;
}

uint32_t vgicv2_from_board(uint32_t mask)
{
    uint32_t result = 0;
    uint32_t bit = 1;

    for (uint64_t cpus = tn_hv_partition.cpus; cpus != 0; cpus &= cpus - 1, bit <<= 1) {
        if (mask & cpus & -cpus) {
            result |= bit;
        }
    }
    return result;
}

static void send(uint32_t value)
{
    uint32_t self = 1u << tn_hv_partition.board_cpu;
    uint32_t hear, targets;

    if (!(tn_hv_vgic_owned(0) >> (value & SGIR_ID) & 1)) {
        return;
    }
    if (SGIR_FILTER(value) == SGIR_SELF) {
        targets = self;
    } else if (SGIR_FILTER(value) == SGIR_OTHERS) {
        targets = (uint32_t)tn_hv_partition.cpus & ~self;
    } else {
        targets = vgicv2_to_board(SGIR_TARGETS(value));
    }
    if (tn_hv_in_pool()) { /* its only CPU is itself */
        if (targets & self) {
            tn_hv_pool_irq_pend(value & SGIR_ID);
        }
        return;
    }
    hear = tn_hv_vgic_hearers(value & SGIR_ID, everyone);
    if (hear != everyone) {
        targets &= vgicv2_to_board(hear);
    }
    tn_mmio_write32(tn_hv_gic.gicd + GICD_SGIR, targets << 16 | (value & SGIR_ID));
}

/* One byte: of SGIs and PPIs the CPU itself, of an SPI what was written. */
static uint32_t access_target(unsigned intid, bool write, uint32_t value)
{
    struct tn_hv_vgic *vgic = tn_hv_vgic();

    if (intid < FIRST_SPI) {
        return 1u << tn_hv_partition.cpu;
    }
    if (!write) {
        return vgic->targets[intid];
    }
    vgic->targets[intid] = (uint8_t)(value & everyone);
    if (tn_hv_vgic_owned(intid / 32) >> intid % 32 & 1) {
        tn_mmio_write8(tn_hv_gic.gicd + GIC_ITARGETSR + intid, (uint8_t)vgicv2_to_board(value));
    }
    return 0;
}

static uint64_t access_targets(uint32_t offset, unsigned width, bool write, uint64_t value)
{
    unsigned intid = offset - GIC_ITARGETSR;
    uint64_t result = 0;

    if (intid / 32 >= tn_hv_vgic_banks()) {
        return 0;
    }
    for (unsigned i = 0; i < 1u << width; i++) {
        uint64_t byte = access_target(intid + i, write, (uint8_t)(value >> i * 8));

        result |= byte << i * 8;
    }
    return result;
}

/* The same of an instance, whose SGIs come from itself and are in list registers. */
static uint64_t pool_pending_sgis(uint32_t offset, unsigned width, bool write, uint64_t value)
{
    uint32_t sgi = (offset - GICD_CPENDSGIR) % SGIS;
    uint32_t pending = tn_hv_pool_irq_pending(0) & tn_hv_vgic_owned(0);
    uint64_t result = 0;

    for (unsigned i = 0; i < 1u << width; i++, sgi++, value >>= 8) {
        if (!write) {
            result |= (uint64_t)(pending >> sgi & 1) << i * 8;
        } else if (!(value & 1)) {
            continue;
        } else if (offset >= GICD_SPENDSGIR) {
            tn_hv_pool_irq_pend(sgi);
        } else {
            tn_hv_pool_irq_forget(sgi);
        }
    }
    return result;
}

/* Set or clear an SGI's pending state on this CPU: for each SGI a byte with a bit for each source.
 */
static uint64_t access_pending_sgis(uint32_t offset, unsigned width, bool write, uint64_t value)
{
    uint64_t result = 0;

    if (tn_hv_in_pool()) {
        return pool_pending_sgis(offset, width, write, value);
    }
    for (unsigned i = 0; i < 1u << width; i++) {
        uintptr_t reg = tn_hv_gic.gicd + offset + i;

        if (write) {
            tn_mmio_write8(reg, (uint8_t)vgicv2_to_board((uint8_t)(value >> i * 8)));
        } else {
            result |= (uint64_t)vgicv2_from_board(tn_mmio_read8(reg)) << i * 8;
        }
    }
    return result;
}

static uint64_t access_control(uint32_t offset, bool write, uint64_t value)
{
    switch (offset) {
    case GIC_CTLR:
        if (write) {
            tn_hv_vgic_control(value & 1, value & 1);
        }
        return tn_hv_vgic()->control;
    case GIC_TYPER:
        return typer;
    case GICD_IIDR:
        return tn_mmio_read32(tn_hv_gic.gicd + GICD_IIDR);
    default:
        return 0;
    }
}

static uint64_t gicd(uint32_t offset, unsigned width, bool write, uint64_t value)
{
    if (offset < GIC_IGROUPR) {
        return width == WORD ? access_control(offset, write, value) : 0;
    }
    if (offset >= GIC_ITARGETSR && offset < GIC_ICFGR) {
        return access_targets(offset, width, write, value);
    }
    if (offset < GICD_SGIR) {
        return tn_hv_vgic_access(tn_hv_gic.gicd, offset, width, write, value);
    }
    if (offset == GICD_SGIR) {
        if (write && width == WORD) {
            send((uint32_t)value);
        }
        return 0;
    }
    if (offset >= GICD_CPENDSGIR && offset < GICD_SGIR_END) {
        return access_pending_sgis(offset, width, write, value);
    }
    if (offset >= GICD_ID && offset < HV_PAGE && !write && width == WORD) {
        return tn_mmio_read32(tn_hv_gic.gicd + offset);
    }
    return 0;
}

/*
 * The CPU interface's second page has one register, by which any interrupt could be deactivated;
 * the distributor can do the same for those that are the partition's (4.3.8).
 */
static uint64_t gicc_dir(uint32_t offset, unsigned width, bool write, uint64_t value)
{
    unsigned intid = value & DIR_INTID;

    if (offset == 0 && width == WORD && write && tn_hv_vgic_owned(intid / 32) >> intid % 32 & 1) {
        if (tn_hv_in_pool()) {
            tn_hv_pool_irq_end(intid);
        } else {
            gic_write_bit(tn_hv_gic.gicd, GIC_ICACTIVER, intid);
        }
    }
    return 0;
}

TN_HV_MMIO(gicd, TN_BOARD_GICD_BASE, TN_BOARD_GICD_SIZE, TN_CAP_VGIC, gicd);
TN_HV_MMIO(gicc_dir, TN_BOARD_GICC_DIR_BASE, TN_BOARD_GICC_DIR_BASE != 0 ? HV_PAGE : 0, TN_CAP_VGIC,
           gicc_dir);

TN_HV_EXIT(sysreg, HV_EC_SYSREG, TN_CAP_VGIC, tn_hv_vgic_debug);

/* Behind hv/vgic's own start: libraries start in the order of their names. */
static void start(const struct tn_hv_boot *boot)
{
    uint32_t count = 0;

    (void)boot;
    if (!tn_hv_has_cap(TN_CAP_VGIC)) {
        return;
    }
    for (uint64_t cpus = tn_hv_partition.cpus; cpus != 0; cpus &= cpus - 1) {
        count++;
    }
    everyone = (1u << count) - 1;
    typer = (tn_hv_vgic_banks() - 1) | (count - 1) << TYPER_CPUS_SHIFT;
}

TN_HV_START(start);
