/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3's distributor and redistributors with affinity routing (Arm IHI 0069, 12.9 to 12.11), as
 * seen from the non-secure side: everything is Group 1.  The n-th redistributor is the one of the
 * partition's n-th CPU; affinities are the board's.
 */
#include <tn/hv/vgic.h>

#include <tn/abi/cap.h>
#include <tn/board.h>
#include <tn/gic_regs.h>
#include <tn/hv/exit.h>
#include <tn/hv/irq.h>

#include "internal.h"

#define WORD 2u /* widths: 4 and 8 bytes */
#define DOUBLE 3u

#define CTLR_GROUPS 3u
#define CTLR_ARE (1u << 4)
#define CTLR_RWP (1u << 31)
#define TYPER_KEPT (0x1fu | 0x1fu << 19 | 1u << 24) /* lines, bits of an INTID, Aff3 */
#define TYPER_NO_1N (1u << 25)
#define FRAME_IIDR 0x008 /* of the distributor */
#define GICR_IIDR 0x004
#define GICR_TYPER 0x008
#define FRAME_ID 0xffd0 /* identification, to the end of a frame */
#define GICD_IROUTER 0x6000
#define GICD_IROUTER_END 0x8000

#define GICR_FRAME 0x10000u /* RD_base, then SGI_base */
#define GICR_CPU 0x20000u
#define BANK0_END 4u /* an array of bits: its first register */

/* GICR_TYPER */
#define LAST (1u << 4)
#define PROCESSOR_SHIFT 8
#define AFFINITY_SHIFT 32

static const uint64_t mpidrs[] = TN_BOARD_MPIDRS;

uint64_t vgicv3_mpidr(unsigned board_cpu)
{
    return mpidrs[board_cpu];
}

/* Known once the CPU has started: how many the partition has, and GICD_TYPER. */
static unsigned count;
static uint32_t distributor_typer;

unsigned vgicv3_cpus(void)
{
    return count;
}

unsigned vgicv3_board_cpu(unsigned cpu)
{
    uint64_t cpus = tn_hv_partition.cpus;

    while (cpu-- > 0) {
        cpus &= cpus - 1;
    }
    return (unsigned)__builtin_ctzll(cpus);
}

/* Whether an SPI may be routed there: to one CPU, and of this partition. */
static bool is_own(uint64_t router)
{
    for (uint64_t cpus = tn_hv_partition.cpus; cpus != 0; cpus &= cpus - 1) {
        if (mpidrs[__builtin_ctzll(cpus)] == router) {
            return true;
        }
    }
    return false;
}

static uint64_t access_router(uint32_t offset, unsigned width, bool write, uint64_t value)
{
    unsigned intid = (offset - GICD_IROUTER) / 8;
    uintptr_t reg = tn_hv_gic.gicd + (offset & ~7u);
    uint64_t router;

    if (!(tn_hv_vgic_owned(intid / 32) >> intid % 32 & 1) || intid < 32 || width < WORD) {
        return 0;
    }
    router = tn_mmio_read64(reg);
    if (!write) {
        return width == DOUBLE ? router : offset & 4 ? router >> 32 : (uint32_t)router;
    }
    if (width == WORD) {
        value = offset & 4 ? value << 32 | (uint32_t)router : (router >> 32) << 32 | value;
    }
    if (is_own(value & ~(uint64_t)0xff00000000000000)) {
        tn_mmio_write64(reg, value & AFFINITY_MASK);
    }
    return 0;
}

static uint64_t access_control(uint32_t offset, bool write, uint64_t value)
{
    switch (offset) {
    case GIC_CTLR:
        if (write) {
            tn_hv_vgic_control(value & CTLR_GROUPS, value & CTLR_GROUPS);
            return 0;
        }
        return tn_hv_vgic()->control | CTLR_ARE |
               (tn_mmio_read32(tn_hv_gic.gicd + GIC_CTLR) & CTLR_RWP);
    case GIC_TYPER:
        return distributor_typer;
    case FRAME_IIDR:
        return tn_mmio_read32(tn_hv_gic.gicd + FRAME_IIDR);
    default:
        return 0;
    }
}

/* The first register of each array is the redistributors'. */
static bool is_banked(uint32_t offset)
{
    if (offset >= GIC_ICFGR) {
        return offset < GIC_ICFGR + 8;
    }
    if (offset >= GIC_IPRIORITYR) {
        return offset < GIC_IPRIORITYR + 32;
    }
    return offset % 0x80 < BANK0_END;
}

static uint64_t gicd(uint32_t offset, unsigned width, bool write, uint64_t value)
{
    if (offset < GIC_IGROUPR) {
        return width == WORD ? access_control(offset, write, value) : 0;
    }
    if (offset < HV_PAGE) {
        return is_banked(offset) ? 0
                                 : tn_hv_vgic_access(tn_hv_gic.gicd, offset, width, write, value);
    }
    if (offset >= GICD_IROUTER && offset < GICD_IROUTER_END) {
        return access_router(offset, width, write, value);
    }
    if (offset >= FRAME_ID && !write && width == WORD) {
        return tn_mmio_read32(tn_hv_gic.gicd + offset);
    }
    return 0;
}

static uint64_t typer(unsigned cpu)
{
    uint64_t mpidr = mpidrs[vgicv3_board_cpu(cpu)];
    uint64_t affinity = (mpidr >> 32 & 0xff) << 24 | (mpidr & 0xffffff);

    return affinity << AFFINITY_SHIFT | (uint64_t)cpu << PROCESSOR_SHIFT |
           (cpu + 1 == vgicv3_cpus() ? LAST : 0);
}

/* RD_base: the CPU is awake for as long as it runs, whatever it writes to WAKER. */
static uint64_t access_rd(unsigned cpu, uint32_t offset, unsigned width, bool write)
{
    if (write || width < WORD) {
        return 0;
    }
    switch (offset) {
    case GICR_TYPER:
        return width == DOUBLE ? typer(cpu) : (uint32_t)typer(cpu);
    case GICR_TYPER + 4:
        return typer(cpu) >> 32;
    case GICR_IIDR:
        return width == WORD ? tn_mmio_read32(tn_hv_gic.gicr + GICR_IIDR) : 0;
    default:
        return offset >= FRAME_ID && width == WORD ? tn_mmio_read32(tn_hv_gic.gicr + offset) : 0;
    }
}

/* SGI_base of another CPU of the partition is mapped for the time of the access. */
static uint64_t access_sgi(unsigned cpu, uint32_t offset, unsigned width, bool write,
                           uint64_t value)
{
    struct tn_hv_device other = {.va = HV_VA_OTHER, .size = HV_PAGE};
    uint64_t result;

    if (offset < GIC_IGROUPR || offset >= HV_PAGE || !is_banked(offset)) {
        return 0;
    }
    if (cpu == tn_hv_partition.cpu) {
        return tn_hv_vgic_access(tn_hv_gic.gicr + GICR_FRAME, offset, width, write, value);
    }
    other.pa = TN_BOARD_GICR_BASE + vgicv3_board_cpu(cpu) * TN_BOARD_GICR_SIZE + GICR_FRAME;
    tn_hv_map_device(&other);
    result = tn_hv_vgic_access(HV_VA_OTHER, offset, width, write, value);
    tn_hv_unmap_page(HV_VA_OTHER);
    return result;
}

static uint64_t gicr(uint32_t offset, unsigned width, bool write, uint64_t value)
{
    unsigned cpu = offset / GICR_CPU;

    if (cpu >= vgicv3_cpus()) {
        return 0;
    }
    return offset & GICR_FRAME ? access_sgi(cpu, offset & (GICR_FRAME - 1), width, write, value)
                               : access_rd(cpu, offset & (GICR_FRAME - 1), width, write);
}

_Static_assert(TN_BOARD_GICR_SIZE == GICR_CPU, "two frames a CPU");

TN_HV_MMIO(gicd, TN_BOARD_GICD_BASE, TN_BOARD_GICD_SIZE, TN_CAP_VGIC, gicd);
TN_HV_MMIO(gicr, TN_BOARD_GICR_BASE, TN_BOARD_CPUS *GICR_CPU, TN_CAP_VGIC, gicr);

static void start(const struct tn_hv_boot *boot)
{
    (void)boot;
    count = 0;
    for (uint64_t cpus = tn_hv_partition.cpus; cpus != 0; cpus &= cpus - 1) {
        count++;
    }
    if (tn_hv_has_cap(TN_CAP_VGIC)) {
        distributor_typer = (tn_mmio_read32(tn_hv_gic.gicd + GIC_TYPER) & TYPER_KEPT) | TYPER_NO_1N;
        vgicv3_start();
    }
}

TN_HV_START(start);
