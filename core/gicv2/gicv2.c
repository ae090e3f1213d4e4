/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv2 (Arm IHI 0048B).  The same bits serve both views: without security extensions they
 * stand for Group 0, which a CPU takes as IRQ, seen from the non-secure side for Group 1.  So
 * groups are left as the firmware set them.
 */
#include <tn/gic.h>

#include <tn/gic_regs.h>
#include <tn/sysreg.h>

#define GICD_SGIR 0xf00
#define SGIR_SELF (2u << 24)
#define GICD_CPENDSGIR 0xf10 /* 16 bytes, one for each SGI; a bit for each sender */
#define CPENDSGIR_SIZE 16u

#define GICC_CTLR 0x00
#define GICC_PMR 0x04
#define GICC_BPR 0x08
#define GICC_IAR 0x0c
#define GICC_EOIR 0x10
#define GICC_RPR 0x14
#define GICC_APR0 0xd0
#define ENABLE 1u
#define EOIMODE (1u << 9)
#define IDLE_PRIORITY 0xffu
#define ONLY_MOST 0x10u /* a mask through which priority 0 goes, wherever the step is */

uint32_t tn_gic_ack(uintptr_t gicc)
{
    return tn_mmio_read32(gicc + GICC_IAR);
}

void tn_gic_eoi(uintptr_t gicc, uint32_t ack)
{
    tn_mmio_write32(gicc + GICC_EOIR, ack);
}

void tn_gic_init(const struct tn_gic *gic)
{
    tn_mmio_write32(gic->gicd + GIC_CTLR, 0);
    gic_disable_spis(gic->gicd);
    tn_mmio_write32(gic->gicd + GIC_CTLR, ENABLE);
}

void tn_gic_init_cpu(const struct tn_gic *gic)
{
    gic_reset_banked(gic->gicd);
    /* U-Boot sends SGI 0 to the CPUs that it does not use; SGIs cannot be disabled here. */
    for (unsigned at = 0; at < CPENDSGIR_SIZE; at += 4) {
        tn_mmio_write32(gic->gicd + GICD_CPENDSGIR + at, 0xffffffff);
    }
    tn_mmio_write32(gic->gicc + GICC_CTLR, 0);
    tn_mmio_write32(gic->gicc + GICC_APR0, 0); /* what a boot loader left active masks the rest */
    tn_mmio_write32(gic->gicc + GICC_BPR, 0);
    tn_mmio_write32(gic->gicc + GICC_PMR, 0xff);
    tn_mmio_write32(gic->gicc + GICC_CTLR, ENABLE); /* EOImode 0: EOIR deactivates, too */
}

void tn_gic_configure(const struct tn_gic *gic, uint32_t intid, uint8_t priority, int edge)
{
    gic_configure(gic->gicd, intid, priority, edge);
    if (intid >= TN_GIC_FIRST_SPI) {
        /* The targets of an SGI or PPI are fixed: reading them names the calling CPU. */
        uint32_t self = tn_mmio_read32(gic->gicd + GIC_ITARGETSR);

        tn_mmio_write8(gic->gicd + GIC_ITARGETSR + intid, (uint8_t)self);
    }
}

void tn_gic_forget(const struct tn_gic *gic, uint32_t intid)
{
    /* An active one has this CPU's interface at its priority, and only its end lowers that: QEMU
     * takes no notice of a write to APR0.  With EOImode that has happened when it was taken. */
    if ((tn_mmio_read32(gic->gicd + GIC_ISACTIVER + intid / 32 * 4) >> intid % 32 & 1) &&
        !(tn_mmio_read32(gic->gicc + GICC_CTLR) & EOIMODE)) {
        tn_mmio_write32(gic->gicc + GICC_EOIR, intid);
    }
    gic_forget(gic->gicd, intid);
}

void tn_gic_set_priority(const struct tn_gic *gic, uint32_t intid, uint8_t priority)
{
    gic_set_priority(gic->gicd, intid, priority);
}

void tn_gic_set_trigger(const struct tn_gic *gic, uint32_t intid, int edge)
{
    gic_set_trigger(gic->gicd, intid, edge);
}

void tn_gic_enable(const struct tn_gic *gic, uint32_t intid)
{
    gic_write_bit(gic->gicd, GIC_ISENABLER, intid);
}

void tn_gic_disable(const struct tn_gic *gic, uint32_t intid)
{
    gic_write_bit(gic->gicd, GIC_ICENABLER, intid);
}

void tn_gic_pend(const struct tn_gic *gic, uint32_t intid)
{
    if (intid < TN_GIC_SGIS) {
        tn_mmio_write32(gic->gicd + GICD_SGIR, SGIR_SELF | intid);
    } else {
        gic_write_bit(gic->gicd, GIC_ISPENDR, intid);
    }
}

/* A bit, which the registers that are banked for SGIs show to their CPU. */
uint64_t tn_gic_target(uintptr_t gicd)
{
    return tn_mmio_read32(gicd + GIC_ITARGETSR) & 0xff;
}

/* The DSB: the interrupt may overtake what was stored to other kinds of memory. */
void tn_gic_send(uintptr_t gicd, uint64_t target, uint32_t intid)
{
    tn_dsb(ishst);
    tn_mmio_write32(gicd + GICD_SGIR, (uint32_t)target << 16 | intid);
}

void tn_gic_route(uintptr_t gicd, uint32_t intid, uint64_t target)
{
    tn_mmio_write8(gicd + GIC_ITARGETSR + intid, (uint8_t)target);
}

/* The partition has the CPU interface itself, and could mask or take whatever is sent. */
bool tn_gic_kick_init(const struct tn_gic *gic)
{
    (void)gic;
    return false;
}

static void sleep(void)
{
    tn_dsb(sy); /* stores, and those to the interface, are done before */
    tn_wfi();
}

/*
 * One whose interface lets priority 0 through sleeps as it is.  Else it is opened as little as that
 * takes, for that time.
 */
void tn_gic_wait(const struct tn_gic *gic)
{
    uintptr_t gicc = gic->gicc;
    uint32_t ctlr = tn_mmio_read32(gicc + GICC_CTLR), pmr = tn_mmio_read32(gicc + GICC_PMR);
    uint32_t bpr, active;

    if ((ctlr & ENABLE) && pmr != 0 && tn_mmio_read32(gicc + GICC_RPR) >= IDLE_PRIORITY) {
        sleep();
        return;
    }
    bpr = tn_mmio_read32(gicc + GICC_BPR);
    active = tn_mmio_read32(gicc + GICC_APR0);
    tn_mmio_write32(gicc + GICC_APR0, 0);
    tn_mmio_write32(gicc + GICC_BPR, 0);
    tn_mmio_write32(gicc + GICC_PMR, (ctlr & ENABLE) && pmr != 0 ? pmr : ONLY_MOST);
    tn_mmio_write32(gicc + GICC_CTLR, ctlr | ENABLE);
    sleep();
    tn_mmio_write32(gicc + GICC_CTLR, ctlr);
    tn_mmio_write32(gicc + GICC_PMR, pmr);
    tn_mmio_write32(gicc + GICC_BPR, bpr);
    tn_mmio_write32(gicc + GICC_APR0, active);
}

void tn_gic_kick_add(const struct tn_gic *gic, uint32_t intid)
{
    (void)gic, (void)intid;
}

uint32_t tn_gic_kick_take(void)
{
    return TN_GIC_SPURIOUS;
}
