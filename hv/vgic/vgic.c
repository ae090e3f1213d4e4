/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers that GICv2's distributor and GICv3's two frames have in common (Arm IHI 0048B 4.3,
 * IHI 0069 12.9).  Most hold a bit for each interrupt, and writing 0 has no effect: masking the
 * value is all that there is to do.
 */
#include <tn/hv/vgic.h>

#include <tn/abi/cap.h>
#include <tn/abi/hypercall.h>
#include <tn/board.h>
#include <tn/gic.h>
#include <tn/gic_regs.h>
#include <tn/hv/cpus.h>
#include <tn/hv/irq.h>
#include <tn/hv/pool.h>

/* A trapped system register (Arm ARM D13, ISS encoding for MSR and MRS). */
#define ISS_OP0(esr) ((unsigned)((esr) >> 20 & 3u))
#define OP0_DEBUG 2u

#define WORD 2u                         /* width: 4 bytes */
#define ARRAY(offset) ((offset)&0xf80u) /* of one bit for each interrupt */
#define ARRAY_BANK(offset) ((offset) / 4 % 32)

/* GICv3: SGIs and PPIs are in the second frame of the redistributor. */
#define GICV3 (TN_BOARD_GICR_SIZE != 0)
#define GICR_SGI_BASE 0x10000u

/*
 * tn_hv_irq_wake() sends SGI 15.  Where partitions are paused it is Mortise's alone.  Else it is
 * sent to CPUs whose guest is over, which on a GICv3 is prepared when it is due; on a GICv2 no
 * other CPU could, so that it stays open, and what the guest says of it is kept here.
 */
#define WAKE_SGI 15u
#define WAKE_BIT (1u << WAKE_SGI)
#define WAKE_RESERVED (CONFIG_LIFE > 0)
#define WAKE_SHARED (!GICV3 && TN_HV_SMP)

static struct tn_hv_vgic vgics[CONFIG_PARTITIONS] TN_SECTION(".bss.0shared");

static unsigned banks;        /* of 32 interrupts */
static uint8_t priority_mask; /* the bits that there are */

struct tn_hv_vgic *tn_hv_vgic(void)
{
    return &vgics[CONFIG_PARTITIONS > 1 ? tn_hv_partition.index : 0];
}

unsigned tn_hv_vgic_banks(void)
{
    return banks;
}

uint32_t tn_hv_vgic_owned(unsigned bank)
{
    uint32_t irqs = tn_hv_partition.irqs[bank];

    if (bank != 0) {
        return irqs;
    }
    return WAKE_RESERVED && !tn_hv_in_pool() ? (irqs | 0xffffu) & ~WAKE_BIT : irqs | 0xffffu;
}

uint32_t tn_hv_vgic_hearers(unsigned sgi, uint32_t cpus)
{
    return WAKE_SHARED && sgi == WAKE_SGI ? cpus & tn_hv_vgic()->wake : cpus;
}

/* Bit 15 of ISENABLER and ICENABLER of the CPU's own interrupts. */
static uint32_t wake_enable(uint32_t offset, bool write, uint32_t value)
{
    uint32_t *wake = &tn_hv_vgic()->wake;
    uint32_t self = 1u << tn_hv_partition.cpu;

    if (!write) {
        return *wake & self ? WAKE_BIT : 0;
    }
    if (value & WAKE_BIT) {
        if (ARRAY(offset) == GIC_ISENABLER) {
            __atomic_or_fetch(wake, self, __ATOMIC_RELAXED);
        } else {
            __atomic_and_fetch(wake, ~self, __ATOMIC_RELAXED);
        }
    }
    return 0;
}

/* One of a pool's instances has the virtual CPU interface: SGIs and PPIs are its record's. */
static bool is_virtual(unsigned bank)
{
    return tn_hv_in_pool() && bank == 0;
}

static void for_each(uint32_t bits, unsigned bank, void (*function)(unsigned intid))
{
    for (; bits != 0; bits &= bits - 1) {
        function(bank * 32 + (unsigned)__builtin_ctz(bits));
    }
}

/* The same of an instance: what it has not taken lies in list registers, not in the controller. */
static uint32_t pool_state(uint32_t offset, bool write, uint32_t value)
{
    unsigned bank = ARRAY_BANK(offset);
    uint32_t owned = tn_hv_vgic_owned(bank), all = value & owned;
    bool pending = ARRAY(offset) == GIC_ISPENDR || ARRAY(offset) == GIC_ICPENDR;

    if (!write) {
        return (pending ? tn_hv_pool_irq_pending(bank) : tn_hv_pool_irq_active(bank)) & owned;
    }
    switch (ARRAY(offset)) {
    case GIC_ISPENDR:
        for_each(all, bank, tn_hv_pool_irq_pend);
        break;
    case GIC_ICPENDR:
        for_each(all, bank, tn_hv_pool_irq_forget);
        break;
    case GIC_ICACTIVER:
        for_each(all, bank, tn_hv_pool_irq_end);
        break;
    default: /* nobody makes an interrupt active that is none */
        break;
    }
    return 0;
}

static uint32_t pool_enable(uint32_t offset, bool write, uint32_t value)
{
    uint32_t owned = tn_hv_vgic_owned(0);

    if (!write) {
        return tn_hv_pool_irq_enabled() & owned;
    }
    for_each(value & owned, 0,
             ARRAY(offset) == GIC_ISENABLER ? tn_hv_pool_irq_enable : tn_hv_pool_irq_disable);
    return 0;
}

static uint32_t access_enable(uintptr_t frame, uint32_t offset, bool write, uint32_t value)
{
    struct tn_hv_vgic *vgic = tn_hv_vgic();
    unsigned bank = ARRAY_BANK(offset);
    uint32_t owned = tn_hv_vgic_owned(bank);
    uint32_t *enabled = &vgic->enabled[bank];
    uint32_t wake = 0;

    if (is_virtual(bank)) {
        return pool_enable(offset, write, value);
    }
    if (WAKE_SHARED && bank == 0) {
        wake = wake_enable(offset, write, value & owned) & owned;
        owned &= ~WAKE_BIT;
    }
    if (!write) {
        return bank == 0 ? (tn_mmio_read32(frame + offset) & owned) | wake : *enabled;
    }
    if (ARRAY(offset) == GIC_ISENABLER) {
        __atomic_or_fetch(enabled, value, __ATOMIC_RELAXED);
        if (bank != 0 && vgic->control == 0) {
            return 0;
        }
    } else {
        __atomic_and_fetch(enabled, ~value, __ATOMIC_RELAXED);
        if (tn_hv_in_pool()) {
            for_each(value & owned, bank, tn_hv_pool_irq_disable);
        }
    }
    tn_mmio_write32(frame + offset, value & owned);
    return 0;
}

static uint32_t access_state(uintptr_t frame, uint32_t offset, bool write, uint32_t value)
{
    uint32_t owned = tn_hv_vgic_owned(ARRAY_BANK(offset));

    if (tn_hv_in_pool()) {
        return pool_state(offset, write, value);
    }
    if (!write) {
        return tn_mmio_read32(frame + offset) & owned;
    }
    tn_mmio_write32(frame + offset, value & owned);
    return 0;
}

static uint32_t access_priority(uintptr_t frame, unsigned intid, bool write, uint32_t value)
{
    uint8_t *shadow = &tn_hv_vgic()->priority[intid];
    bool owned = tn_hv_vgic_owned(intid / 32) >> intid % 32 & 1;
    bool kept = intid >= TN_GIC_FIRST_SPI || (WAKE_SHARED && intid == WAKE_SGI);

    if (is_virtual(intid / 32)) {
        if (write && owned) {
            tn_hv_pool_irq_priority(intid, (uint8_t)value & priority_mask);
        }
        return owned && !write ? tn_hv_pool_irq_get_priority(intid) : 0;
    }
    if (!write) {
        return kept ? *shadow : owned ? tn_mmio_read8(frame + GIC_IPRIORITYR + intid) : 0;
    }
    *shadow = (uint8_t)value & priority_mask;
    if (owned && !(WAKE_SHARED && intid == WAKE_SGI)) {
        /* What is more urgent is Mortise's, where it has interrupts that no mask holds back. */
        if (CONFIG_FIQ > 0 && value < TN_HC_IRQ_MOST) {
            value = TN_HC_IRQ_MOST;
        }
        tn_mmio_write8(frame + GIC_IPRIORITYR + intid, (uint8_t)value);
    }
    return 0;
}

/* Odd bit 2n + 1 of the result for bit n of 16. */
static uint32_t spread(uint32_t bits)
{
    bits = (bits | bits << 8) & 0x00ff00ff;
    bits = (bits | bits << 4) & 0x0f0f0f0f;
    bits = (bits | bits << 2) & 0x33333333;
    bits = (bits | bits << 1) & 0x55555555;
    return bits << 1;
}

/* Other partitions' interrupts are in the same register. */
static uint32_t access_config(uintptr_t frame, uint32_t offset, bool write, uint32_t value)
{
    unsigned index = (offset - GIC_ICFGR) / 4;
    uint32_t owned = spread(tn_hv_vgic_owned(index / 2) >> index % 2 * 16 & 0xffff);

    if (!write) {
        return tn_mmio_read32(frame + offset) & owned;
    }
    if (is_virtual(index / 2)) {
        return 0; /* a PPI is other instances', too */
    }
    tn_hv_lock();
    tn_mmio_write32(frame + offset, (tn_mmio_read32(frame + offset) & ~owned) | (value & owned));
    tn_hv_unlock();
    return 0;
}

static uint64_t access_priorities(uintptr_t frame, uint32_t offset, unsigned width, bool write,
                                  uint64_t value)
{
    unsigned intid = offset - GIC_IPRIORITYR;
    uint64_t result = 0;

    if (intid / 32 >= banks) {
        return 0;
    }
    for (unsigned i = 0; i < 1u << width; i++) {
        uint64_t byte = access_priority(frame, intid + i, write, (uint8_t)(value >> i * 8));

        result |= byte << i * 8;
    }
    return result;
}

uint64_t tn_hv_vgic_access(uintptr_t frame, uint32_t offset, unsigned width, bool write,
                           uint64_t value)
{
    if (offset >= GIC_IPRIORITYR && offset < GIC_ITARGETSR) {
        return access_priorities(frame, offset, width, write, value);
    }
    if (width != WORD) {
        return 0;
    }
    if (offset >= GIC_ICFGR) {
        bool inside = offset < GIC_ICFGR + banks * 8;

        return inside ? access_config(frame, offset, write, (uint32_t)value) : 0;
    }
    if (offset >= GIC_ITARGETSR || ARRAY_BANK(offset) >= banks) {
        return 0;
    }
    switch (ARRAY(offset)) {
    case GIC_ISENABLER:
    case GIC_ICENABLER:
        return access_enable(frame, offset, write, (uint32_t)value);
    case GIC_ISPENDR:
    case GIC_ICPENDR:
    case GIC_ISACTIVER:
    case GIC_ICACTIVER:
        return access_state(frame, offset, write, (uint32_t)value);
    default: /* IGROUPR: the groups are Mortise's */
        return 0;
    }
}

void tn_hv_vgic_control(uint32_t value, bool forward)
{
    struct tn_hv_vgic *vgic = tn_hv_vgic();

    vgic->control = value;
    for (unsigned bank = 1; bank < banks; bank++) {
        uint32_t owned = tn_hv_vgic_owned(bank);

        if (owned != 0) {
            tn_mmio_write32(tn_hv_gic.gicd + (forward ? GIC_ISENABLER : GIC_ICENABLER) + bank * 4,
                            forward ? vgic->enabled[bank] & owned : owned);
        }
    }
}

bool tn_hv_vgic_debug(struct tn_hv_frame *frame, uint64_t esr)
{
    (void)frame;
    return tn_hv_in_pool() && ISS_OP0(esr) == OP0_DEBUG && tn_hv_pool_debug();
}

static void reset(void)
{
    volatile struct tn_hv_vgic *vgic = tn_hv_vgic();

    vgic->control = 0;
    vgic->wake = 0;
    for (unsigned i = 0; i < TN_HV_VGIC_INTIDS; i++) {
        vgic->enabled[i / 32] = 0;
        vgic->priority[i] = 0;
        vgic->targets[i] = 1;
    }
}

/* Which priority bits there are: by an SGI's, which is the middle of them all at this point. */
static void start(const struct tn_hv_boot *boot)
{
    uintptr_t sgis = GICV3 ? tn_hv_gic.gicr + GICR_SGI_BASE : tn_hv_gic.gicd;

    if (!tn_hv_has_cap(TN_CAP_VGIC)) {
        return;
    }
    banks = (tn_mmio_read32(tn_hv_gic.gicd + GIC_TYPER) & 0x1f) + 1;
    tn_mmio_write8(sgis + GIC_IPRIORITYR, 0xff);
    priority_mask = tn_mmio_read8(sgis + GIC_IPRIORITYR);
    tn_mmio_write8(sgis + GIC_IPRIORITYR, (uint8_t)GIC_SGI_PRIORITY);
    if (boot->fresh) {
        reset();
    }
}

TN_HV_START(start);
