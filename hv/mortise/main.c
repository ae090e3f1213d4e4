/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot in order: devices, the image and its checks, the partition's tables and registers, the
 * guest.  Nothing of the image is believed before it is checked.  With several partitions the
 * first CPU does all of this, and the others, which it starts, all but the checks (hv/cpus).
 */
#include <tn/hv/partition.h>

#include <tn/board.h>
#include <tn/hv/cpus.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/life.h>
#include <tn/hv/native.h>
#include <tn/hv/report.h>
#include <tn/hv/stage2.h>
#include <tn/hv/watchdog.h>
#include <tn/hv/wipe.h>
#include <tn/image.h>
#include <tn/psci.h>
#include <tn/sysreg.h>
#include <tn/uart.h>

#include "internal.h"

struct tn_hv_partition tn_hv_partition;

extern tn_hv_boot_fn *const __hv_checks[], *const __hv_checks_end[];
extern tn_hv_boot_fn *const __hv_starts[], *const __hv_starts_end[];

static void call_all(tn_hv_boot_fn *const *function, tn_hv_boot_fn *const *end,
                     const struct tn_hv_boot *boot)
{
    for (; function < end; function++) {
        (*function)(boot);
    }
}

static void number(const char *text, unsigned value)
{
    tn_hv_text(text);
    tn_hv_decimal(value);
}

/* The host has words for every rule; here is what a board in the field can run into. */
static TN_NORETURN void refuse(const struct tn_image *image, int code)
{
    enum tn_image_error rule = tn_image_rule(code);

    tn_hv_text("mortise: ");
    if (rule == TN_IMAGE_SEG_CRC) {
        unsigned owner = image->segments[tn_image_index(code)].partition;

        number("segment ", tn_image_index(code));
        if (owner == TN_SEGMENT_MORTISE) {
            tn_hv_text(" (mortise) is corrupt");
        } else {
            tn_hv_text(" (partition \"");
            tn_hv_text(image->partitions[owner].name);
            tn_hv_text("\") is corrupt");
        }
    } else {
        number("the image breaks rule ", rule);
        number(": partition ", tn_image_partition(code));
        number(", index ", tn_image_index(code));
        tn_hv_text("; 'tnimage verify' says more");
    }
    tn_hv_stop();
}

/* That partitions do not clash is code which an image with a single one does without. */
static int check_contents(const struct tn_image *image, struct tn_desc_limits *limits)
{
    return CONFIG_PARTITIONS > 1 ? tn_image_check(image, limits)
                                 : tn_image_check_each(image, limits);
}

/* Not of Mortise's own: popcount would want FP registers or a library. */
static unsigned count_cpus(const struct tn_image *image)
{
    unsigned count = 0;

    for (unsigned i = 0; i < CONFIG_PARTITIONS; i++) {
        for (uint64_t cpus = tn_image_desc(image, i)->cpus; cpus != 0; cpus &= cpus - 1) {
            count++;
        }
    }
    return count;
}

static void check_image(struct tn_hv_boot *boot)
{
    const struct tn_image_info *info = (const void *)(HV_VA_IMAGE + TN_IMAGE_INFO_OFFSET);
    struct tn_desc_limits limits = {
        .ipa_size = 1ull << CONFIG_HV_IPA_BITS,
        .image_base = boot->base,
        .banked = CONFIG_PARTITIONS > 1 ? TN_BOARD_GICC_BASE : 0,
        .banked_virtual = CONFIG_POOL > 0 ? TN_BOARD_GICV_BASE : 0,
        .cpu_count = TN_BOARD_CPUS,
        .own = {{TN_BOARD_GICD_BASE, TN_BOARD_GICD_SIZE},
                {TN_BOARD_GICR_BASE, TN_BOARD_GICR_SIZE * TN_BOARD_CPUS}},
    };
    uint64_t size = info->file_size;
    int code;

    /* A size beyond the window, or a wrong one, is refused by tn_image_open(). */
    if (size > HV_BOOT_BLOCKS * HV_BLOCK) {
        size = HV_BOOT_BLOCKS * HV_BLOCK;
    }
    code = tn_image_open(&boot->image, tn_hv_map_boot(HV_VA_BOOT, boot->base, size), size);
    if (code == TN_IMAGE_OK) {
        code = check_contents(&boot->image, &limits);
    }
    if (code != TN_IMAGE_OK) {
        refuse(&boot->image, code);
    }
    boot->desc = tn_image_desc(&boot->image, 0);
    if (boot->image.toc->partition_count != CONFIG_PARTITIONS ||
        (CONFIG_EL2_PROGRAM > 0) != (boot->desc->mode == TN_MODE_NATIVE) ||
        (CONFIG_HV_CPUS > 1 && count_cpus(&boot->image) != CONFIG_HV_CPUS) ||
        boot->desc->cpus << (63 - CONFIG_HV_CPU) != 1ull << 63) {
        tn_hv_text("mortise: the image was not packed with this Mortise; build it again");
        tn_hv_stop();
    }
}

/* The first CPU is the first partition's first. */
static void begin(struct tn_hv_boot *boot)
{
    tn_hv_partition.board_cpu = CONFIG_HV_CPU;
    boot->fresh = true;
    boot->retire = false;
    boot->again = CONFIG_RESTART > 0 && boot->dtb >> HV_AGAIN_BIT;
    boot->entry = boot->desc->entry;
    boot->argument = boot->desc->argument;
}

static void take_partition(const struct tn_partition_desc *desc)
{
    struct tn_hv_partition *partition = &tn_hv_partition;
    const struct tn_region *regions = tn_desc_regions(desc);
    const struct tn_irq_desc *irqs = tn_desc_irqs(desc);
    uint64_t lowest = UINT64_MAX;

    __builtin_memcpy(partition->name, desc->name, sizeof(partition->name));
    partition->caps = desc->caps;
    partition->cpus = desc->cpus;
    for (unsigned i = 0; i < desc->region_count; i++) {
        if (regions[i].kind == TN_REGION_MEMORY && regions[i].ipa < lowest &&
            (regions[i].access & (TN_ACCESS_W | TN_ACCESS_SHARED)) == TN_ACCESS_W) {
            lowest = regions[i].ipa;
        }
    }
    /* A kernel has no stack that Mortise knows of. */
    partition->guard = desc->mode == TN_MODE_KERNEL ? 0 : lowest - HV_PAGE;
    for (unsigned i = 0; i < desc->irq_count; i++) {
        partition->irqs[irqs[i].intid / 32] |= 1u << irqs[i].intid % 32;
    }
}

void tn_hv_partition_end(enum tn_hv_end why)
{
    bool stopped = !TN_HV_SMP || tn_hv_cpus_stopped();

    if (tn_hv_is_native()) {
        tn_hv_native_leave();
    }
    tn_uart_flush(HV_VA_CONSOLE);
    if (CONFIG_RESTART > 0 && stopped) {
        tn_hv_restart(why);
    }
    if (CONFIG_LIFE > 0 && stopped) {
        tn_hv_life_end();
    }
    if (CONFIG_HV_CPUS > 1) {
        tn_hv_cpus_leave();
    }
    tn_psci_system_off();
}

void hv_main(uint64_t dtb, uint64_t base, uint64_t bss)
{
    struct tn_hv_boot boot; /* member by member: an initialiser would call memset */

    boot.base = base;
    boot.bss = bss;
    boot.dtb = dtb;

    tn_sysreg_write(cnthp_ctl_el2, 0);
    hv_map_devices();
    if (CONFIG_HV_CPUS == 1 || !tn_hv_cpus_join(&boot)) {
        tn_hv_report_init();
        check_image(&boot);
        begin(&boot);
        if (!boot.again) {
            call_all(__hv_checks, __hv_checks_end, &boot);
        }
    }

    if (CONFIG_LIFE > 0 && boot.retire) {
        tn_hv_wipe_partition(&boot);
        tn_hv_life_retired();
    }
    take_partition(boot.desc);
    tn_hv_hypercall_init(tn_hv_partition.caps);
    if (!tn_hv_stage2_init(&boot)) {
        tn_hv_text("mortise: S2_TABLES is too small for this partition");
        tn_hv_stop();
    }
    if (tn_hv_is_native() && !tn_hv_native_join()) {
        tn_hv_text("mortise: the program lies where Mortise does; build the image again");
        tn_hv_stop();
    }
    if ((CONFIG_RESTART > 0 || CONFIG_LIFE > 0) && boot.fresh && boot.again) {
        tn_hv_wipe_partition(&boot);
    }
    call_all(__hv_starts, __hv_starts_end, &boot);
    if (CONFIG_LIFE > 0) {
        tn_hv_life_begin(&boot);
    }
    if (CONFIG_WATCHDOGS > 0) {
        tn_hv_watchdog_begin(&boot);
    }
    if (CONFIG_HV_CPUS > 1) {
        tn_hv_cpus_start(&boot);
    }
    if (CONFIG_LIFE > 0) {
        (void)tn_hv_life_held(); /* an order that came before this CPU was on */
    }
    hv_unmap_boot();
    hv_enter_guest(boot.entry, boot.argument, tn_hv_partition.caps);
}
