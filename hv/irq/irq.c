/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Direct interrupts: distributor and redistributor are Mortise's, prepared once for exactly what
 * the descriptor names; the CPU interface is the guest's.  No interrupt enters EL2.
 */
#include <tn/hv/irq.h>

#include <tn/board.h>
#include <tn/hv/cpus.h>
#include <tn/hv/partition.h>
#include <tn/hv/pool.h>
#include <tn/mmio.h>
#include <tn/sysreg.h>

/* The frames of the partition's CPU follow those of the CPUs before it. */
#define GICR_PA(cpu) (TN_BOARD_GICR_BASE + (cpu)*TN_BOARD_GICR_SIZE)

/* The SGI that tn_hv_irq_wake() uses. */
#define GICD_SGIR 0xf00u
#define GICR_SGI_BASE 0x10000u
#define GICR_ISENABLER 0x100u
#define GICR_ISPENDR 0x200u
#define GICR_ICPENDR 0x280u
#define GICD_CPENDSGIR 0xf10u /* a byte for each SGI, with a bit for each sender */
#define IPRIORITYR 0x400u
#define WAKE_SGI 15u

/* Where partitions are paused, it is not the guest's; where nobody else could open it, its own is
 * hv/vgic's to keep apart. */
#define KEEP_WAKE_OPEN (CONFIG_LIFE > 0 || (TN_HV_SMP && TN_BOARD_GICR_SIZE == 0))

/* With several CPUs it is start() that knows the CPU. */
#define GICR_SIZE (CONFIG_HV_CPUS == 1 ? TN_BOARD_GICR_SIZE : 0)

TN_HV_DEVICE(gicd, HV_VA_GICD, TN_BOARD_GICD_BASE, TN_BOARD_GICD_SIZE);
TN_HV_DEVICE(gicr, HV_VA_GICR, GICR_PA(CONFIG_HV_CPU), GICR_SIZE);
TN_HV_DEVICE(gicc, HV_VA_GICC, TN_BOARD_GICC_BASE, TN_BOARD_GICC_SIZE);

_Static_assert(TN_BOARD_GICD_SIZE <= HV_VA_CONSOLE - HV_VA_GICD - HV_PAGE, "window");
_Static_assert(TN_BOARD_GICR_SIZE <= HV_VA_GICD - HV_VA_GICR, "window");
_Static_assert(TN_BOARD_GICC_SIZE <= HV_PAGE, "window");

const struct tn_gic tn_hv_gic = {
    .gicd = HV_VA_GICD,
    .gicr = HV_VA_GICR,
    .gicc = HV_VA_GICC,
};

static void map_own(void)
{
    struct tn_hv_device gicr = {
        .pa = GICR_PA(tn_hv_partition.board_cpu),
        .va = HV_VA_GICR,
        .size = TN_BOARD_GICR_SIZE,
    };

    tn_hv_map_device(&gicr);
}

/* Break before make: the window may hold the frames of the CPU that it was on. */
void tn_hv_irq_moved(void)
{
    for (uintptr_t va = HV_VA_GICR; va < HV_VA_GICR + TN_BOARD_GICR_SIZE; va += HV_PAGE) {
        tn_hv_unmap_page(va);
    }
    map_own();
}

void tn_hv_irq_begin_cpu(void)
{
    tn_gic_init_cpu(&tn_hv_gic);
}

/*
 * More urgent than anything of a guest: a kernel may well sleep for ever inside a handler, and then
 * only this wakes its CPU.
 */
static void open_wake(uintptr_t frame)
{
    tn_mmio_write8(frame + IPRIORITYR + WAKE_SGI, 0);
    tn_mmio_write32(frame + GICR_ISENABLER, 1u << WAKE_SGI);
}

/*
 * The distributor is off and on again before a second CPU runs.  The registers of SPIs that hold
 * more than one interrupt are read and written back, so CPUs take turns; those that a guest's
 * hypercalls lead to are of the set and clear kind and need none.
 */
static void start(const struct tn_hv_boot *boot)
{
    const struct tn_irq_desc *irqs = tn_desc_irqs(boot->desc);

    if (CONFIG_HV_CPUS > 1) {
        map_own();
    }
    if (tn_hv_is_first() && boot->fresh && (CONFIG_HV_CPUS == 1 || !boot->again)) {
        tn_gic_init(&tn_hv_gic);
    }
    if (!tn_hv_in_pool() || !tn_hv_pool_cpu_is_set_up()) {
        tn_gic_init_cpu(&tn_hv_gic);
    }
    if (KEEP_WAKE_OPEN) {
        open_wake(TN_BOARD_GICR_SIZE != 0 ? HV_VA_GICR + GICR_SGI_BASE : HV_VA_GICD);
    }
    tn_hv_lock();
    for (unsigned i = 0; i < boot->desc->irq_count; i++) {
        if (boot->fresh || irqs[i].intid < TN_GIC_FIRST_SPI) {
            tn_gic_configure(&tn_hv_gic, irqs[i].intid, irqs[i].priority,
                             irqs[i].flags & TN_IRQ_EDGE);
        }
    }
    tn_hv_unlock();
}

/*
 * Nothing is forwarded to a CPU whose partition has ended, and nothing that was pending or active
 * waits for the next one.
 */
static void end(void)
{
    for (unsigned bank = 0; bank < TN_ARRAY_SIZE(tn_hv_partition.irqs); bank++) {
        /* The SGIs of an instance of a pool are not the controller's. */
        uint32_t sgis = bank == 0 && !tn_hv_in_pool() ? (1u << TN_GIC_SGIS) - 1 : 0;
        uint32_t left = tn_hv_partition.irqs[bank] | sgis;

        for (; left != 0; left &= left - 1) {
            unsigned intid = bank * 32 + (unsigned)__builtin_ctz(left);

            tn_gic_disable(&tn_hv_gic, intid);
            tn_gic_forget(&tn_hv_gic, intid);
        }
    }
}

void tn_hv_irq_wake(unsigned cpu)
{
    struct tn_hv_device other = {
        .pa = GICR_PA(cpu) + GICR_SGI_BASE, .va = HV_VA_OTHER, .size = HV_PAGE};

    if (TN_BOARD_GICR_SIZE == 0) {
        tn_mmio_write32(HV_VA_GICD + GICD_SGIR, 1u << (16 + cpu) | WAKE_SGI);
        tn_dsb(sy);
        return;
    }
    tn_hv_map_device(&other);
    if (!KEEP_WAKE_OPEN) {
        open_wake(HV_VA_OTHER);
    }
    tn_mmio_write32(HV_VA_OTHER + GICR_ISPENDR, 1u << WAKE_SGI);
    tn_dsb(sy);
    tn_hv_unmap_page(HV_VA_OTHER);
}

void tn_hv_irq_woken(void)
{
    if (TN_BOARD_GICR_SIZE == 0) {
        tn_mmio_write8(HV_VA_GICD + GICD_CPENDSGIR + WAKE_SGI, 0xff);
    } else {
        tn_mmio_write32(HV_VA_GICR + GICR_SGI_BASE + GICR_ICPENDR, 1u << WAKE_SGI);
    }
    tn_dsb(sy); /* before the guest can be told of it */
}

TN_HV_START(start);
TN_HV_END(end);
