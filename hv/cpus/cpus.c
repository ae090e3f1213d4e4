/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One CPU for each partition: the first checks the image and starts the others (Arm DEN0022,
 * CPU_ON); they take over what it has found.  From then on they meet only in the lock and in the
 * count of running partitions.
 *
 * Who sees what.  Everything here is Normal, Write-Back, inner shareable memory for every CPU that
 * has its MMU on, and no CPU touches it before: secondary.S with the MMU off reads the image,
 * which the boot loader has cleaned to memory, and writes its own copy of .bss.  So plain
 * coherence holds, and ordering is: stores to `shared`, DSB in tn_psci_cpu_on(), CPU_ON; the
 * started CPU's loads come after its own ISB that switched its MMU on.
 */
#include <tn/hv/cpus.h>

#include <tn/board.h>
#include <tn/hv/report.h>
#include <tn/psci.h>
#include <tn/sysreg.h>

/* How long to wait for a CPU that is on: it may be the boot loader's, on its way off. */
#define PATIENCE_HZ_SHIFT 4 /* a sixteenth of a second */

extern volatile uint64_t __hv_shared_start[], __hv_shared_end[];
extern char hv_secondary[];
extern tn_hv_end_fn *const __hv_ends[], *const __hv_ends_end[];

static struct {
    struct tn_image image; /* checked */
    uint32_t running;      /* partitions */
    uint32_t next;         /* the lock: the ticket that the next one draws, */
    uint32_t serving;      /* and the ticket that holds it */
} shared TN_SECTION(".bss.0shared");

/* Board CPU -> affinity. */
static const uint64_t mpidrs[] = TN_BOARD_MPIDRS;

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

bool tn_hv_cpus_join(struct tn_hv_boot *boot)
{
    unsigned index = (unsigned)boot->dtb;

    if (boot->bss == boot->base + info()->hv_bss_offset) {
        for (volatile uint64_t *word = __hv_shared_start; word < __hv_shared_end; word++) {
            *word = 0;
        }
        shared.running = CONFIG_PARTITIONS;
        return false;
    }
    copy(&boot->image, &shared.image);
    boot->dtb = 0;
    tn_hv_partition.index = index;
    /* The same window as on the first CPU: what `image` points to is where it was. */
    tn_hv_map_boot(HV_VA_BOOT, boot->base, info()->file_size);
    boot->desc = tn_image_desc(&boot->image, index);
    return true;
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

static int start_cpu(uint64_t mpidr, uint64_t entry, unsigned index)
{
    uint64_t begin = tn_sysreg_read(cntpct_el0);
    uint64_t patience = tn_sysreg_read(cntfrq_el0) >> PATIENCE_HZ_SHIFT;
    int error;

    do {
        error = tn_psci_cpu_on(mpidr, entry, index);
    } while ((error == TN_PSCI_ALREADY_ON || error == TN_PSCI_ON_PENDING) &&
             tn_sysreg_read(cntpct_el0) - begin < patience);
    return error;
}

void tn_hv_cpus_start(const struct tn_hv_boot *boot)
{
    uint64_t entry = boot->base + ((uintptr_t)hv_secondary - HV_VA_IMAGE);

    if (!tn_hv_is_first()) {
        return;
    }
    copy(&shared.image, &boot->image);
    for (unsigned i = 1; i < CONFIG_PARTITIONS; i++) {
        /* Checked: no CPU beyond the board's, none twice.  One each is this Mortise's own rule. */
        uint64_t cpus = tn_image_desc(&boot->image, i)->cpus;
        int error = start_cpu(mpidrs[__builtin_ctzll(cpus)], entry, i);

        if (error != TN_PSCI_SUCCESS) {
            refuse(&boot->image, i, error);
        }
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
    if (__atomic_sub_fetch(&shared.running, 1, __ATOMIC_ACQ_REL) != 0) {
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
    uint32_t ticket = __atomic_fetch_add(&shared.next, 1, __ATOMIC_RELAXED);
    uint32_t serving;

    __asm__ volatile("       sevl\n"
                     "1:     wfe\n"
                     "       ldaxr   %w0, %1\n"
                     "       cmp     %w0, %w2\n"
                     "       b.ne    1b\n"
                     : "=&r"(serving)
                     : "Q"(shared.serving), "r"(ticket)
                     : "cc", "memory");
}

void tn_hv_cpus_unlock(void)
{
    __atomic_store_n(&shared.serving, shared.serving + 1, __ATOMIC_RELEASE);
}
