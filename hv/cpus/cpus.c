/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several CPUs: the first checks the image and starts the first one of each partition (Arm DEN0022,
 * CPU_ON); they take over what it has found.  From then on they meet only in the lock, in the
 * count of running partitions, and where a partition switches its own CPUs on and off.  A CPU
 * that is off is off in the firmware: it comes back by the same way, so that there is one start.
 *
 * Who sees what.  Everything here is Normal, Write-Back, inner shareable memory for every CPU that
 * has its MMU on, and no CPU touches it before: secondary.S with the MMU off reads the image,
 * which the boot loader has cleaned to memory, and writes its own copy of .bss.  So plain
 * coherence holds, and ordering is: stores to `hv_cpus`, DSB in tn_psci_cpu_on(), CPU_ON; the
 * started CPU's loads come after its own ISB that switched its MMU on.
 */
#include <tn/hv/cpus.h>

#include <tn/hv/pool.h>
#include <tn/hv/report.h>
#include <tn/hv/slot.h>
#include <tn/psci.h>
#include <tn/sysreg.h>

#include "internal.h"

extern volatile uint64_t __hv_shared_start[], __hv_shared_end[];
extern char hv_secondary[];
extern tn_hv_end_fn *const __hv_ends[], *const __hv_ends_end[];

struct hv_cpus hv_cpus TN_SECTION(".bss.0shared");
const uint64_t hv_cpus_mpidrs[] = TN_BOARD_MPIDRS;

static const struct tn_image_info *info(void)
{
    return (const void *)(HV_VA_IMAGE + TN_IMAGE_INFO_OFFSET);
}

/* Member by member: one assignment would be a call of memcpy, which Mortise does without. */
static void copy(struct tn_image *to, const struct tn_image *from)
{
    to->bytes = from->bytes;
    to->info = from->info;
    to->toc = from->toc;
    to->partitions = from->partitions;
    to->segments = from->segments;
}

/* Who this CPU is, by its record. */
static void take_record(struct tn_hv_boot *boot, unsigned slot)
{
    const struct cpu *cpu = &hv_cpus.cpus[slot];

    tn_hv_partition.slot = slot;
    tn_hv_partition.index = cpu->partition;
    tn_hv_partition.cpu = cpu->number;
    tn_hv_partition.board_cpu = cpu->board;
    boot->entry = cpu->entry;
    boot->argument = cpu->argument;
    boot->fresh = cpu->fresh;
    boot->again = cpu->again;
    boot->retire = cpu->retire;
}

bool tn_hv_cpus_join(struct tn_hv_boot *boot)
{
    unsigned slot = (uint8_t)boot->dtb;

    if (!(boot->dtb >> HV_AGAIN_BIT)) {
        for (volatile uint64_t *word = __hv_shared_start; word < __hv_shared_end; word++) {
            *word = 0;
        }
        return false;
    }
    if (CONFIG_POOL_IDLES > 0 && slot >= CONFIG_HV_CPUS) {
        tn_hv_pool_idle(slot);
    }
    copy(&boot->image, &hv_cpus.image);
    boot->dtb = 0;
    take_record(boot, slot);
    /* The same window as on the first CPU: what `image` points to is where it was. */
    tn_hv_map_boot(HV_VA_BOOT, boot->base, info()->file_size);
    boot->desc = tn_image_desc(&boot->image, tn_hv_partition.index);
    if (CONFIG_SLOTS > 0) {
        boot->desc = tn_hv_slot_desc(tn_hv_partition.index, boot->desc);
    }
    if (boot->fresh) {
        boot->entry = boot->desc->entry;
        boot->argument = boot->desc->argument;
    }
    return true;
}

/* A partition's CPUs have consecutive slots, in ascending order of the board's numbers. */
static unsigned take_cpus(const struct tn_partition_desc *desc, unsigned partition, unsigned slot)
{
    unsigned number = 0;

    for (uint64_t cpus = desc->cpus; cpus != 0; cpus &= cpus - 1) {
        struct cpu *cpu = &hv_cpus.cpus[slot++];

        cpu->entry = desc->entry;
        cpu->argument = desc->argument;
        cpu->partition = (uint8_t)partition;
        cpu->board = (uint8_t)__builtin_ctzll(cpus);
        cpu->fresh = number == 0;
        cpu->again = cpu->retire = false;
        cpu->state =
            number == 0 && !tn_hv_waits(desc) ? TN_PSCI_AFFINITY_ON_PENDING : TN_PSCI_AFFINITY_OFF;
        cpu->number = (uint8_t)number++;
    }
    return slot;
}

static TN_NORETURN void refuse(const struct tn_image *image, unsigned index, int error)
{
    tn_hv_lock();
    tn_hv_text("mortise: the firmware does not start the CPU of partition ");
    tn_hv_decimal(index);
    tn_hv_text(" \"");
    tn_hv_text(image->partitions[index].name);
    tn_hv_text("\": PSCI error -");
    tn_hv_decimal((uint32_t)-error);
    tn_hv_stop();
}

int hv_cpus_start(const struct cpu *cpu)
{
    uint64_t entry = hv_cpus.base + ((uintptr_t)hv_secondary - HV_VA_IMAGE);
    uint64_t argument = 1ull << HV_AGAIN_BIT | (uint64_t)(cpu - hv_cpus.cpus);
    uint64_t begin = tn_sysreg_read(cntpct_el0);
    uint64_t patience = tn_sysreg_read(cntfrq_el0) >> PATIENCE_HZ_SHIFT;
    int error;

    do {
        error = tn_psci_cpu_on(hv_cpus_mpidrs[cpu->board], entry, argument);
    } while ((error == TN_PSCI_ALREADY_ON || error == TN_PSCI_ON_PENDING) &&
             tn_sysreg_read(cntpct_el0) - begin < patience);
    return error;
}

/* All records before the first CPU is started: a manager may order any partition at once. */
static void take_partitions(const struct tn_hv_boot *boot)
{
    unsigned slot = 0;

    copy(&hv_cpus.image, &boot->image);
    hv_cpus.base = boot->base;
    for (unsigned i = 0; i < CONFIG_PARTITIONS; i++) {
        const struct tn_partition_desc *desc = tn_image_desc(&boot->image, i);

        /* Checked: no CPU beyond the board's, none twice but for partitions that wait. */
        slot = take_cpus(desc, i, slot);
        hv_cpus.running += !tn_hv_waits(desc);
    }
}

bool tn_hv_cpus_start_slot(unsigned slot, unsigned board)
{
    hv_cpus.cpus[slot].board = (uint8_t)board;
    return hv_cpus_start(&hv_cpus.cpus[slot]) == TN_PSCI_SUCCESS;
}

void tn_hv_cpus_moved(unsigned board)
{
    hv_cpus.cpus[tn_hv_partition.slot].board = (uint8_t)board;
    tn_hv_partition.board_cpu = board;
}

/* But for this one, the first of the first.  Those that wait are others' to start from now on. */
static void start_partitions(const struct tn_hv_boot *boot)
{
    for (unsigned slot = 0; slot < CONFIG_HV_CPUS; slot++) {
        const struct cpu *cpu = &hv_cpus.cpus[slot];
        int error;

        if (cpu->number != 0 || tn_hv_waits(tn_image_desc(&boot->image, cpu->partition)) ||
            hv_cpus_of_pool_is_up(slot) || slot == 0) {
            continue;
        }
        error = hv_cpus_start(cpu);
        if (error != TN_PSCI_SUCCESS) {
            refuse(&boot->image, cpu->partition, error);
        }
    }
}

void tn_hv_cpus_start(const struct tn_hv_boot *boot)
{
    if (tn_hv_is_first() && boot->image.toc != hv_cpus.image.toc) {
        take_partitions(boot);
        start_partitions(boot);
    }
    __atomic_store_n(&hv_cpus.cpus[tn_hv_partition.slot].state, TN_PSCI_AFFINITY_ON,
                     __ATOMIC_SEQ_CST);
    if (TN_HV_SMP) {
        tn_hv_cpus_if_ending();
    }
}

void tn_hv_partition_ending(void)
{
    for (tn_hv_end_fn *const *function = __hv_ends; function < __hv_ends_end; function++) {
        (*function)();
    }
}

/*
 * Acquire and release: who finds that it was the last comes after all that the others did, so
 * that the power goes off behind their last messages.
 */
void tn_hv_cpus_leave(void)
{
    if (__atomic_sub_fetch(&hv_cpus.running, 1, __ATOMIC_ACQ_REL) != 0) {
        if (tn_hv_in_pool()) {
            tn_hv_pool_leave();
        }
        tn_psci_cpu_off();
    }
}

/*
 * Load-acquire pairs with the store-release of unlock: what the last holder did, to devices too
 * since those are waited for, is seen.  The exclusive load makes the release an event (Arm ARM
 * D1.16.1), so that WFE sleeps until the ticket changes and misses nothing in between.
 */
void tn_hv_cpus_lock(void)
{
    uint32_t ticket = __atomic_fetch_add(&hv_cpus.next, 1, __ATOMIC_RELAXED);
    uint32_t serving;

    __asm__ volatile("       sevl\n"
                     "1:     wfe\n"
                     "       ldaxr   %w0, %1\n"
                     "       cmp     %w0, %w2\n"
                     "       b.ne    1b\n"
                     : "=&r"(serving)
                     : "Q"(hv_cpus.serving), "r"(ticket)
                     : "cc", "memory");
}

void tn_hv_cpus_unlock(void)
{
    __atomic_store_n(&hv_cpus.serving, hv_cpus.serving + 1, __ATOMIC_RELEASE);
}
