/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3 (Arm IHI 0069) with affinity routing: the system-register CPU interface and the two
 * memory frames.  Everything is Group 1.  The owner of the distributor runs at EL2, or at EL1
 * without a hypervisor.
 */
#include <tn/gic.h>

#include <tn/gic_regs.h>
#include <tn/sysreg.h>

#define CTLR_ENABLE_GRP1 (1u << 1) /* non-secure, or the only, Group 1 with affinity routing */
#define CTLR_ENABLE_GRP0 (1u << 0)
#define CTLR_ARE (1u << 4)
#define CTLR_DS (1u << 6) /* one security state: Group 0 is ours */
#define GICD_CTLR_RWP (1u << 31)
#define GICD_IROUTER 0x6000
#define GICR_CTLR_RWP (1u << 3)
#define GICR_WAKER 0x014
#define WAKER_SLEEP (1u << 1)
#define WAKER_ASLEEP (1u << 2)
#define GICR_SGI_BASE 0x10000

#define MPIDR_AFFINITY 0xff00ffffffull

#define CURRENT_EL2 (2u << 2)

/* ICC_SRE_EL2: system registers at EL2 and, bit 3, at EL1; no bypass of the GIC. */
#define SRE_EL2 0xf

/* Names of the system registers: the assembler knows the ICC_ ones only from v8.2-A on. */
#define ICC_IAR0_EL1 S3_0_C12_C8_0
#define ICC_EOIR0_EL1 S3_0_C12_C8_1
#define ICC_IGRPEN0_EL1 S3_0_C12_C12_6
#define ICC_PMR_EL1 S3_0_C4_C6_0
#define ICC_AP1R0_EL1 S3_0_C12_C9_0
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ICC_BPR1_EL1 S3_0_C12_C12_3
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICC_SGI1R_EL1 S3_0_C12_C11_5
#define ICC_SRE_EL1 S3_0_C12_C12_5
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_SRE_EL2 S3_4_C12_C9_5
#define ICH_HCR_EL2 S3_4_C12_C11_0
#define ICH_VMCR_EL2 S3_4_C12_C11_7
#define ICH_AP0R0_EL2 S3_4_C12_C8_0
#define ICC_RPR_EL1 S3_0_C12_C11_3

#define IDLE_PRIORITY 0xffu
#define ONLY_MOST 0x10u /* a mask through which priority 0 goes, wherever the step is */

#define READ(name) tn_sysreg_read(name)
#define WRITE(name, value) tn_sysreg_write(name, value)

uint32_t tn_gic_ack(uintptr_t gicc)
{
    uint32_t intid = (uint32_t)READ(ICC_IAR1_EL1);

    (void)gicc;
    /* The acknowledge must have happened before the handler touches the device. */
    tn_dsb(sy);
    return intid;
}

void tn_gic_eoi(uintptr_t gicc, uint32_t ack)
{
    (void)gicc;
    WRITE(ICC_EOIR1_EL1, ack);
}

static void wait_clear(uintptr_t reg, uint32_t mask)
{
    while (tn_mmio_read32(reg) & mask) {}
}

static uintptr_t frame_of(const struct tn_gic *gic, uint32_t intid)
{
    return intid < TN_GIC_FIRST_SPI ? gic->gicr + GICR_SGI_BASE : gic->gicd;
}

void tn_gic_init(const struct tn_gic *gic)
{
    uintptr_t ctlr = gic->gicd + GIC_CTLR;

    /* ARE may change only while all groups are off, and each write takes effect with RWP. */
    tn_mmio_write32(ctlr, 0);
    wait_clear(ctlr, GICD_CTLR_RWP);
    tn_mmio_write32(ctlr, CTLR_ARE);
    gic_disable_spis(gic->gicd);
    wait_clear(ctlr, GICD_CTLR_RWP);
    tn_mmio_write32(ctlr, CTLR_ARE | CTLR_ENABLE_GRP1);
    wait_clear(ctlr, GICD_CTLR_RWP);
}

void tn_gic_init_cpu(const struct tn_gic *gic)
{
    uintptr_t waker = gic->gicr + GICR_WAKER;
    uintptr_t banked = gic->gicr + GICR_SGI_BASE;

    tn_mmio_write32(waker, tn_mmio_read32(waker) & ~WAKER_SLEEP);
    wait_clear(waker, WAKER_ASLEEP);
    gic_reset_banked(banked);
    tn_mmio_write32(banked + GIC_IGROUPR, UINT32_MAX);
    tn_mmio_write32(banked + GIC_ICPENDR, 0xffff); /* SGIs of who had the CPU before */
    wait_clear(gic->gicr, GICR_CTLR_RWP);

    if (READ(currentel) == CURRENT_EL2) {
        WRITE(ICC_SRE_EL2, SRE_EL2);
        tn_isb(); /* the other ICC registers exist from here on */
        WRITE(ICH_HCR_EL2, 0);
        /* By HCR_EL2.FMO some of a guest's registers are the virtual interface's. */
        WRITE(ICH_VMCR_EL2, 0);
        WRITE(ICH_AP0R0_EL2, 0);
    }
    WRITE(ICC_SRE_EL1, 1);
    tn_isb();
    WRITE(ICC_CTLR_EL1, 0);  /* EOImode 0: end of interrupt deactivates, too */
    WRITE(ICC_AP1R0_EL1, 0); /* what a boot loader left active would mask the rest */
    WRITE(ICC_BPR1_EL1, 0);
    WRITE(ICC_PMR_EL1, 0xff);
    WRITE(ICC_IGRPEN1_EL1, 1);
    tn_isb();
}

void tn_gic_configure(const struct tn_gic *gic, uint32_t intid, uint8_t priority, int edge)
{
    uintptr_t frame = frame_of(gic, intid);
    uintptr_t group = frame + GIC_IGROUPR + intid / 32 * 4;

    tn_mmio_write32(group, tn_mmio_read32(group) | 1u << intid % 32);
    gic_configure(frame, intid, priority, edge);
    if (intid >= TN_GIC_FIRST_SPI) {
        uint64_t affinity = READ(mpidr_el1) & MPIDR_AFFINITY;

        tn_mmio_write32(frame + GICD_IROUTER + intid * 8, (uint32_t)affinity);
        tn_mmio_write32(frame + GICD_IROUTER + intid * 8 + 4, (uint32_t)(affinity >> 32));
    }
}

void tn_gic_forget(const struct tn_gic *gic, uint32_t intid)
{
    gic_forget(frame_of(gic, intid), intid);
}

void tn_gic_set_priority(const struct tn_gic *gic, uint32_t intid, uint8_t priority)
{
    gic_set_priority(frame_of(gic, intid), intid, priority);
}

void tn_gic_set_trigger(const struct tn_gic *gic, uint32_t intid, int edge)
{
    gic_set_trigger(frame_of(gic, intid), intid, edge);
}

void tn_gic_enable(const struct tn_gic *gic, uint32_t intid)
{
    gic_write_bit(frame_of(gic, intid), GIC_ISENABLER, intid);
}

void tn_gic_disable(const struct tn_gic *gic, uint32_t intid)
{
    gic_write_bit(frame_of(gic, intid), GIC_ICENABLER, intid);
    /* On return the interrupt comes no more. */
    if (intid < TN_GIC_FIRST_SPI) {
        wait_clear(gic->gicr, GICR_CTLR_RWP);
    } else {
        wait_clear(gic->gicd + GIC_CTLR, GICD_CTLR_RWP);
    }
}

void tn_gic_pend(const struct tn_gic *gic, uint32_t intid)
{
    gic_write_bit(frame_of(gic, intid), GIC_ISPENDR, intid);
}

/* The affinity fields, as MPIDR_EL1 has them. */
uint64_t tn_gic_target(uintptr_t gicd)
{
    (void)gicd;
    return READ(mpidr_el1) & MPIDR_AFFINITY;
}

/* The DSB: a write of a system register waits for no store.  The ISB: it happens now. */
void tn_gic_send(uintptr_t gicd, uint64_t target, uint32_t intid)
{
    uint64_t aff0 = target & 0xff;
    uint64_t aff1 = target >> 8 & 0xff;
    uint64_t aff2 = target >> 16 & 0xff;
    uint64_t aff3 = target >> 32 & 0xff;

    (void)gicd;
    tn_dsb(ishst);
    WRITE(ICC_SGI1R_EL1, aff3 << 48 | aff0 >> 4 << 44 | aff2 << 32 | (uint64_t)intid << 24 |
                             aff1 << 16 | 1ull << (aff0 & 15));
    tn_isb();
}

void tn_gic_route(uintptr_t gicd, uint32_t intid, uint64_t target)
{
    tn_mmio_write64(gicd + GICD_IROUTER + intid * 8, target); /* never half of it */
}

void tn_gic_kick_add(const struct tn_gic *gic, uint32_t intid)
{
    uintptr_t banked = gic->gicr + GICR_SGI_BASE;
    uintptr_t group = banked + GIC_IGROUPR;

    gic_write_bit(banked, GIC_ICENABLER, intid);
    wait_clear(gic->gicr, GICR_CTLR_RWP);
    tn_mmio_write32(group, tn_mmio_read32(group) & ~(1u << intid));
    tn_mmio_write8(banked + GIC_IPRIORITYR + intid, 0);
    gic_forget(banked, intid);
    gic_write_bit(banked, GIC_ISENABLER, intid);
}

bool tn_gic_kick_init(const struct tn_gic *gic)
{
    uint32_t ctlr = tn_mmio_read32(gic->gicd + GIC_CTLR);

    if (!(ctlr & CTLR_DS)) {
        return false;
    }
    tn_mmio_write32(gic->gicd + GIC_CTLR, ctlr | CTLR_ENABLE_GRP0);
    wait_clear(gic->gicd + GIC_CTLR, GICD_CTLR_RWP);
    tn_gic_kick_add(gic, TN_GIC_KICK);
    WRITE(ICC_IGRPEN0_EL1, 1);
    tn_isb();
    return true;
}

static void sleep(void)
{
    tn_isb();
    tn_dsb(sy); /* what was stored is out */
    tn_wfi();
}

/*
 * One whose interface lets priority 0 through sleeps as it is.  Else it is opened as little as that
 * takes, for that time.
 */
void tn_gic_wait(const struct tn_gic *gic)
{
    uint64_t enable = READ(ICC_IGRPEN1_EL1), pmr = READ(ICC_PMR_EL1), active;

    (void)gic;
    if (enable != 0 && pmr != 0 && READ(ICC_RPR_EL1) >= IDLE_PRIORITY) {
        sleep();
        return;
    }
    active = READ(ICC_AP1R0_EL1);
    WRITE(ICC_AP1R0_EL1, 0);
    WRITE(ICC_PMR_EL1, enable != 0 && pmr != 0 ? pmr : ONLY_MOST);
    WRITE(ICC_IGRPEN1_EL1, 1);
    sleep();
    WRITE(ICC_IGRPEN1_EL1, enable);
    WRITE(ICC_PMR_EL1, pmr);
    WRITE(ICC_AP1R0_EL1, active);
    tn_isb();
}

uint32_t tn_gic_kick_take(void)
{
    uint32_t ack = (uint32_t)READ(ICC_IAR0_EL1);

    tn_dsb(sy);
    if (TN_GIC_INTID(ack) < TN_GIC_SPURIOUS) {
        WRITE(ICC_EOIR0_EL1, ack);
    }
    return TN_GIC_INTID(ack);
}
