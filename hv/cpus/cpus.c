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
 * coherence holds, and ordering is: stores to `shared`, DSB in tn_psci_cpu_on(), CPU_ON; the
 * started CPU's loads come after its own ISB that switched its MMU on.
 */
#include <tn/hv/cpus.h>

#include <tn/board.h>
#include <tn/hv/irq.h>
#include <tn/hv/life.h>
#include <tn/hv/report.h>
#include <tn/hv/stage2.h>
#include <tn/psci.h>
#include <tn/sysreg.h>

/* How long to wait for a CPU that is on: it may be the boot loader's, on its way off. */
#define PATIENCE_HZ_SHIFT 4 /* a sixteenth of a second */
#define STOP_HZ_SHIFT 1     /* half a second: its console lock may be waited for */

extern volatile uint64_t __hv_shared_start[], __hv_shared_end[];
extern char hv_secondary[];
extern tn_hv_end_fn *const __hv_ends[], *const __hv_ends_end[];

/* What a CPU finds about itself when it starts; the index of its record is its slot. */
struct cpu {
    uint64_t entry; /* of the guest, and x0 there: written by who has made `state` PENDING */
    uint64_t argument;
    uint32_t state; /* TN_PSCI_AFFINITY_* */
    uint8_t partition, number, board;
    bool ending; /* in a partition's first: the partition ends */
    bool fresh, again, retire;
};

static struct {
    struct cpu cpus[CONFIG_HV_CPUS];
    struct tn_image image; /* checked */
    uint64_t base;         /* physical address of the image */
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

static struct cpu *first_of_partition(void)
{
    return &shared.cpus[tn_hv_partition.slot - tn_hv_partition.cpu];
}

/* Who this CPU is, by its record. */
static void take_record(struct tn_hv_boot *boot, unsigned slot)
{
    const struct cpu *cpu = &shared.cpus[slot];

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
    copy(&boot->image, &shared.image);
    boot->dtb = 0;
    take_record(boot, slot);
    /* The same window as on the first CPU: what `image` points to is where it was. */
    tn_hv_map_boot(HV_VA_BOOT, boot->base, info()->file_size);
    boot->desc = tn_image_desc(&boot->image, tn_hv_partition.index);
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
        struct cpu *cpu = &shared.cpus[slot++];

        cpu->entry = desc->entry;
        cpu->argument = desc->argument;
        cpu->partition = (uint8_t)partition;
        cpu->board = (uint8_t)__builtin_ctzll(cpus);
        cpu->fresh = number == 0;
        cpu->again = cpu->retire = false;
        cpu->state = number == 0 && !(desc->flags & TN_DESC_ON_DEMAND) ? TN_PSCI_AFFINITY_ON_PENDING
                                                                       : TN_PSCI_AFFINITY_OFF;
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

static int start_cpu(uint64_t base, unsigned slot)
{
    uint64_t entry = base + ((uintptr_t)hv_secondary - HV_VA_IMAGE);
    uint64_t begin = tn_sysreg_read(cntpct_el0);
    uint64_t patience = tn_sysreg_read(cntfrq_el0) >> PATIENCE_HZ_SHIFT;
    int error;

    do {
        error = tn_psci_cpu_on(mpidrs[shared.cpus[slot].board], entry, 1ull << HV_AGAIN_BIT | slot);
    } while ((error == TN_PSCI_ALREADY_ON || error == TN_PSCI_ON_PENDING) &&
             tn_sysreg_read(cntpct_el0) - begin < patience);
    return error;
}

static void start_partitions(const struct tn_hv_boot *boot)
{
    unsigned slot = 0;

    copy(&shared.image, &boot->image);
    shared.base = boot->base;
    for (unsigned i = 0; i < CONFIG_PARTITIONS; i++) {
        const struct tn_partition_desc *desc = tn_image_desc(&boot->image, i);
        unsigned first = slot;

        /* Checked: no CPU beyond the board's, none twice but for partitions that wait. */
        slot = take_cpus(desc, i, slot);
        if (desc->flags & TN_DESC_ON_DEMAND) {
            continue;
        }
        __atomic_add_fetch(&shared.running, 1, __ATOMIC_RELAXED);
        if (i > 0) {
            int error = start_cpu(boot->base, first);

            if (error != TN_PSCI_SUCCESS) {
                refuse(&boot->image, i, error);
            }
        }
    }
}

void tn_hv_cpus_start(const struct tn_hv_boot *boot)
{
    if (tn_hv_is_first() && boot->image.toc != shared.image.toc) {
        start_partitions(boot);
    }
    __atomic_store_n(&shared.cpus[tn_hv_partition.slot].state, TN_PSCI_AFFINITY_ON,
                     __ATOMIC_SEQ_CST);
    if (TN_HV_SMP) {
        tn_hv_cpus_if_ending();
    }
}

/* The partition's CPU with this affinity; NULL: it has none. */
static struct cpu *find(uint64_t mpidr)
{
    struct cpu *cpu = first_of_partition();

    for (uint64_t cpus = tn_hv_partition.cpus; cpus != 0; cpus &= cpus - 1, cpu++) {
        if (mpidrs[cpu->board] == mpidr) {
            return cpu;
        }
    }
    return NULL;
}

int tn_hv_cpus_affinity(uint64_t mpidr)
{
    struct cpu *cpu = find(mpidr);

    return cpu == NULL ? TN_PSCI_INVALID_PARAMETERS
                       : (int)__atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE);
}

/* A CPU that starts is on in some microseconds: who calls for it twice is told how it ended. */
static bool wait_on(struct cpu *cpu)
{
    uint64_t begin = tn_sysreg_read(cntpct_el0);
    uint64_t patience = tn_sysreg_read(cntfrq_el0) >> PATIENCE_HZ_SHIFT;

    while (__atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE) == TN_PSCI_AFFINITY_ON_PENDING) {
        if (tn_sysreg_read(cntpct_el0) - begin >= patience) {
            return false;
        }
    }
    return true;
}

/*
 * Of several CPUs that call for the same one the exchange lets one through.  Acquire: the record
 * is written after the CPU that went off was done with it.
 */
int tn_hv_cpus_on(uint64_t mpidr, uint64_t entry, uint64_t argument)
{
    struct cpu *cpu = find(mpidr);
    uint32_t state = TN_PSCI_AFFINITY_OFF;
    int error;

    if (cpu == NULL) {
        return TN_PSCI_INVALID_PARAMETERS;
    }
    tn_hv_cpus_if_ending();
    if (!__atomic_compare_exchange_n(&cpu->state, &state, TN_PSCI_AFFINITY_ON_PENDING, false,
                                     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        return wait_on(cpu) ? TN_PSCI_ALREADY_ON : TN_PSCI_ON_PENDING;
    }
    cpu->entry = entry;
    cpu->argument = argument;
    cpu->fresh = false;
    error = start_cpu(shared.base, (unsigned)(cpu - shared.cpus));
    if (error != TN_PSCI_SUCCESS) {
        __atomic_store_n(&cpu->state, TN_PSCI_AFFINITY_OFF, __ATOMIC_RELEASE);
        return TN_PSCI_INTERNAL_FAILURE;
    }
    return TN_PSCI_SUCCESS;
}

/* Its record for a start from the beginning; the first CPU does that, whichever CPU it ended on. */
void tn_hv_cpus_again(void)
{
    struct cpu *cpu = first_of_partition();

    cpu->fresh = cpu->again = true;
    __atomic_store_n(&cpu->ending, false, __ATOMIC_RELEASE);
    if (tn_hv_partition.cpu != 0) {
        /* Only firmware that has lost a CPU refuses: then the partition stays where it is. */
        cpu->state = TN_PSCI_AFFINITY_ON_PENDING;
        (void)start_cpu(shared.base, (unsigned)(cpu - shared.cpus));
        shared.cpus[tn_hv_partition.slot].state = TN_PSCI_AFFINITY_OFF;
        tn_psci_cpu_off();
    }
}

void tn_hv_cpus_if_ending(void)
{
    if (__atomic_load_n(&first_of_partition()->ending, __ATOMIC_SEQ_CST)) {
        __atomic_store_n(&shared.cpus[tn_hv_partition.slot].state, TN_PSCI_AFFINITY_OFF,
                         __ATOMIC_SEQ_CST);
        tn_psci_cpu_off();
    }
}

/*
 * A CPU in its guest loses its memory and comes, one that sleeps is woken.  One that starts sees
 * `ending` when it is on; both orders of its two accesses and ours are total.
 */
static bool stop(struct cpu *cpu)
{
    uint64_t begin = tn_sysreg_read(cntpct_el0);
    uint64_t patience = tn_sysreg_read(cntfrq_el0) >> STOP_HZ_SHIFT;
    bool revoked = false;
    uint32_t state;

    do {
        state = __atomic_load_n(&cpu->state, __ATOMIC_SEQ_CST);
        if (state == TN_PSCI_AFFINITY_ON && !revoked) {
            tn_hv_stage2_revoke((unsigned)(cpu - shared.cpus));
            tn_hv_irq_wake(cpu->board);
            revoked = true;
        }
        __asm__ volatile("yield"); /* an emulator that runs CPUs in turn lets it come */
        if (tn_sysreg_read(cntpct_el0) - begin >= patience) {
            return false;
        }
    } while (state != TN_PSCI_AFFINITY_OFF);
    return true;
}

bool tn_hv_cpus_stop_others(void)
{
    struct cpu *cpu = first_of_partition();
    bool all = true;

    if (__atomic_exchange_n(&cpu->ending, true, __ATOMIC_SEQ_CST)) {
        tn_hv_cpus_if_ending();
    }
    for (uint64_t cpus = tn_hv_partition.cpus; cpus != 0; cpus &= cpus - 1, cpu++) {
        if (cpu != &shared.cpus[tn_hv_partition.slot]) {
            all &= stop(cpu);
        }
    }
    if (!all) {
        tn_hv_lock();
        tn_hv_partition_line();
        tn_hv_text(" has a CPU that does not stop\n");
        tn_hv_unlock();
    }
    return all;
}

void tn_hv_cpus_retire(void)
{
    shared.cpus[tn_hv_partition.slot].retire = true;
    shared.cpus[tn_hv_partition.slot].state = TN_PSCI_AFFINITY_OFF;
}

static struct cpu *first_of(unsigned partition)
{
    struct cpu *cpu = shared.cpus;

    while (cpu->partition != partition) {
        cpu++;
    }
    return cpu;
}

uint64_t tn_hv_cpus_mpidr(unsigned partition)
{
    struct cpu *cpu = first_of(partition), *end = shared.cpus + CONFIG_HV_CPUS;

    while (cpu + 1 < end && cpu[1].partition == partition && cpu->state != TN_PSCI_AFFINITY_ON) {
        cpu++;
    }
    return mpidrs[cpu->board];
}

/* Whether a CPU of the board belongs to a partition that runs. */
static bool in_use(unsigned board)
{
    for (unsigned i = 0; i < CONFIG_HV_CPUS; i++) {
        if (shared.cpus[i].board == board && tn_hv_life_is_on(shared.cpus[i].partition)) {
            return true;
        }
    }
    return false;
}

bool tn_hv_cpus_reserve(unsigned partition)
{
    struct cpu *first = first_of(partition), *end = shared.cpus + CONFIG_HV_CPUS;

    for (struct cpu *cpu = first; cpu < end && cpu->partition == partition; cpu++) {
        if (in_use(cpu->board)) {
            return false;
        }
    }
    first->fresh = true;
    first->retire = false;
    first->ending = false;
    first->state = TN_PSCI_AFFINITY_ON_PENDING;
    __atomic_add_fetch(&shared.running, 1, __ATOMIC_RELAXED);
    return true;
}

int tn_hv_cpus_begin(unsigned partition)
{
    struct cpu *first = first_of(partition);
    int error = start_cpu(shared.base, (unsigned)(first - shared.cpus));

    if (error != TN_PSCI_SUCCESS) {
        first->state = TN_PSCI_AFFINITY_OFF;
        __atomic_sub_fetch(&shared.running, 1, __ATOMIC_RELAXED);
    }
    return error;
}

void tn_hv_cpus_off(void)
{
    struct cpu *first = first_of_partition();
    unsigned on = 0;

    tn_hv_lock(); /* of two CPUs that go off together the second is the last */
    shared.cpus[tn_hv_partition.slot].state = TN_PSCI_AFFINITY_OFF;
    for (uint64_t cpus = tn_hv_partition.cpus; cpus != 0; cpus &= cpus - 1, first++) {
        on += first->state != TN_PSCI_AFFINITY_OFF;
    }
    tn_hv_unlock();
    if (on != 0) {
        tn_psci_cpu_off();
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
