/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers that GICv2's distributor and both of GICv3's frames (distributor, SGI_base) have at
 * the same offsets (Arm IHI 0048B, IHI 0069).  For the GIC drivers alone.
 */
#ifndef TN_GIC_REGS_H
#define TN_GIC_REGS_H

#include <stdint.h>
#include <tn/mmio.h>

#define GIC_CTLR 0x000
#define GIC_TYPER 0x004
#define GIC_IGROUPR 0x080
#define GIC_ISENABLER 0x100
#define GIC_ICENABLER 0x180
#define GIC_ISPENDR 0x200
#define GIC_ICPENDR 0x280
#define GIC_ISACTIVER 0x300
#define GIC_ICACTIVER 0x380
#define GIC_IPRIORITYR 0x400
#define GIC_ITARGETSR 0x800
#define GIC_ICFGR 0xc00

#define GIC_SGI_PRIORITY 0xa0a0a0a0u /* four SGIs: the middle of the non-secure half */

/* Write interrupt `intid`'s bit to a register array where zeroes have no effect. */
static inline void gic_write_bit(uintptr_t frame, uint32_t array, uint32_t intid)
{
    tn_mmio_write32(frame + array + intid / 32 * 4, 1u << intid % 32);
}

static inline void gic_forget(uintptr_t frame, uint32_t intid)
{
    gic_write_bit(frame, GIC_ICPENDR, intid);
    gic_write_bit(frame, GIC_ICACTIVER, intid);
}

static inline void gic_set_priority(uintptr_t frame, uint32_t intid, uint8_t priority)
{
    tn_mmio_write8(frame + GIC_IPRIORITYR + intid, priority);
}

static inline void gic_set_trigger(uintptr_t frame, uint32_t intid, int edge)
{
    uintptr_t config = frame + GIC_ICFGR + intid / 16 * 4;
    uint32_t edge_bit = 2u << intid % 16 * 2;
    uint32_t value = tn_mmio_read32(config) & ~edge_bit;

    tn_mmio_write32(config, edge ? value | edge_bit : value);
}

/* Priority and trigger of one disabled interrupt; forget that it was pending or active. */
static inline void gic_configure(uintptr_t frame, uint32_t intid, uint8_t priority, int edge)
{
    gic_set_priority(frame, intid, priority);
    gic_set_trigger(frame, intid, edge);
    gic_forget(frame, intid);
}

/* SGIs and PPIs of this CPU: disabled, SGIs at one priority. */
static inline void gic_reset_banked(uintptr_t frame)
{
    tn_mmio_write32(frame + GIC_ICENABLER, UINT32_MAX);
    for (uint32_t sgi = 0; sgi < 16; sgi += 4) {
        tn_mmio_write32(frame + GIC_IPRIORITYR + sgi, GIC_SGI_PRIORITY);
    }
}

/* All SPIs disabled; TYPER says how many banks of 32 there are. */
static inline void gic_disable_spis(uintptr_t gicd)
{
    uint32_t last = tn_mmio_read32(gicd + GIC_TYPER) & 0x1f;

    for (uint32_t bank = 1; bank <= last; bank++) {
        tn_mmio_write32(gicd + GIC_ICENABLER + bank * 4, UINT32_MAX);
    }
}

#endif
