/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercall group LIFE.  Each partition has a state that all CPUs see, changed under the lock; what
 * happens to a partition happens on its own CPUs.  Those lose their stage 2 and are woken, so that
 * they come here whatever the guest masks (hv/cpus/stop.c), wait while the partition is paused, and
 * when it has ended one clears its memory and switches itself off; a start is the CPU's start
 * through the firmware.  So nothing here waits for another CPU, and no hypercall takes longer than
 * the firmware's CPU_ON.
 */
#include <tn/hv/life.h>

#include <tn/abi/cap.h>
#include <tn/gic.h>
#include <tn/hv/cpus.h>
#include <tn/hv/fiq.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/irq.h>
#include <tn/hv/native.h>
#include <tn/hv/pool.h>
#include <tn/hv/report.h>
#include <tn/hv/stage2.h>
#include <tn/hv/watchdog.h>
#include <tn/psci.h>
#include <tn/sysreg.h>
#include <tn/uart.h>

#define ESR_EC(esr) ((unsigned)((esr) >> 26 & 0x3f))
#define ESR_IL (1ull << 25) /* the instruction has 32 bits */
#define EC_WFX 0x01u
#define EC_INSTRUCTION_ABORT 0x20u
#define EC_DATA_ABORT 0x24u
#define HCR_TWI (1ull << 13)

#define STATUS_SHIFT 8
#define STARTS_SHIFT 16
#define STARTS_MASK 0xffffffu

/* hv/mortise/start.S: its `x0` for C, physical image and .bss. */
TN_NORETURN void at_virtual(uint64_t x0, uint64_t base, uint64_t bss);

static struct {
    struct {
        char name[TN_IMAGE_NAME_MAX];
        uint32_t state; /* TN_LIFE_* */
        uint32_t status, starts;
        bool again; /* while STOPPING: to begin anew */
    } of[CONFIG_PARTITIONS];
} life TN_SECTION(".bss.0shared");

static uint64_t base, bss; /* physical, of the image and of this CPU's .bss */

static uint32_t state_of(uint64_t partition)
{
    return __atomic_load_n(&life.of[partition].state, __ATOMIC_SEQ_CST);
}

static void set_state(uint64_t partition, uint32_t state)
{
    __atomic_store_n(&life.of[partition].state, state, __ATOMIC_SEQ_CST);
}

uint32_t tn_hv_life_state(unsigned partition)
{
    return state_of(partition);
}

bool tn_hv_life_is_on(unsigned partition)
{
    uint32_t state = state_of(partition);

    return state != TN_LIFE_OFF && state <= TN_LIFE_STOPPING;
}

bool tn_hv_life_move(unsigned partition, uint32_t from, uint32_t to)
{
    bool moved;

    tn_hv_lock();
    moved = state_of(partition) == from;
    if (moved) {
        set_state(partition, to);
    }
    tn_hv_unlock();
    return moved;
}

static void take_names(const struct tn_hv_boot *boot)
{
    for (unsigned i = 0; i < CONFIG_PARTITIONS; i++) {
        /* Volatile: it shall not become a call of memcpy, which Mortise does without. */
        volatile char *to = life.of[i].name;

        for (unsigned at = 0; at < TN_IMAGE_NAME_MAX; at++) {
            to[at] = boot->image.partitions[i].name[at];
        }
        if (!tn_hv_waits(tn_image_desc(&boot->image, i))) {
            set_state(i, TN_LIFE_STARTING);
        }
        if (CONFIG_SLOTS > 0 && (tn_image_desc(&boot->image, i)->flags & TN_DESC_SLOT) != 0) {
            set_state(i, TN_LIFE_EMPTY);
        }
    }
}

void tn_hv_life_begin(const struct tn_hv_boot *boot)
{
    unsigned self = tn_hv_partition.index;

    base = boot->base;
    bss = boot->bss;
    tn_hv_clear_fp();
    if (boot->fresh && tn_hv_is_first() && !boot->again) {
        take_names(boot);
    }
    tn_hv_lock();
    (void)tn_gic_kick_init(&tn_hv_gic);
    /* A restart may meet another state, an order: tn_hv_life_held() sees to that. */
    if (boot->fresh && state_of(self) == TN_LIFE_STARTING) {
        life.of[self].starts++;
        set_state(self, TN_LIFE_RUNNING);
    }
    tn_hv_unlock();
}

static TN_NORETURN void stopped(void)
{
    bool all = !TN_HV_SMP || tn_hv_cpus_stop_others();

    tn_hv_partition.status = HV_STATUS_STOPPED;
    tn_hv_partition_ending();
    tn_uart_flush(HV_VA_CONSOLE);
    if (all) {
        tn_hv_life_end();
    }
    tn_hv_cpus_leave();
    tn_psci_system_off();
}

/*
 * The state is the order: PAUSED is waited out, STOPPING is the end.  SEV of who changes it ends
 * the WFE, and an event that came between the look and WFE is not lost (Arm ARM D1.16.1).  Another
 * CPU of the partition may end it meanwhile.
 */
static bool obey(void)
{
    unsigned self = tn_hv_partition.index;
    bool any = false;

    /* Its stage 2 may be back before it is seen here why it was taken, and a guest's WFE is no
     * exit. */
    if (TN_HV_SMP && !tn_hv_in_pool()) {
        tn_hv_cpus_if_ending();
    }
    /* Of a pool its CPU's scheduler holds it, by the order that comes with the state. */
    while (state_of(self) == TN_LIFE_PAUSED && !tn_hv_in_pool()) {
        if (TN_HV_SMP) {
            tn_hv_cpus_if_ending();
        }
        __asm__ volatile("wfe" : : : "memory");
        any = true;
    }
    if (CONFIG_WATCHDOGS > 0 && any) {
        tn_hv_watchdog_kick();
    }
    if (state_of(self) == TN_LIFE_STOPPING) {
        stopped();
    }
    return any;
}

/*
 * Who gives an order stores the state and then takes stage 2; here stage 2 is given back and then
 * the state is read: an order is never lost.  SGI 15 was pending before the manager gave the lock
 * back, and so before the order could be taken back: here is the last of it.
 */
bool tn_hv_life_held(void)
{
    bool held = obey();

    while (tn_hv_stage2_restore()) {
        obey();
        held = true;
    }
    if (held) {
        tn_hv_irq_woken();
    }
    return held;
}

void tn_hv_life_sleep(void)
{
    tn_gic_wait(&tn_hv_gic);
}

/*
 * A partition with LIFECYCLE can do worse than not to be stopped.  All others sleep at EL2: even
 * where SGI 15 is an FIQ a guest can hold it back, by the priority mask or by the active
 * priorities, which both are its own.
 */
uint64_t tn_hv_life_traps(void)
{
    return tn_hv_has_cap(TN_CAP_LIFECYCLE) ? 0 : HCR_TWI;
}

static bool sync_exit(void)
{
    uint64_t esr = tn_sysreg_read(esr_el2);

    switch (ESR_EC(esr)) {
    case EC_WFX:
        tn_hv_life_sleep();
        /* 16 bits long it may be in an AArch32 program of a kernel's. */
        tn_sysreg_write(elr_el2, tn_sysreg_read(elr_el2) + (esr & ESR_IL ? 4 : 2));
        (void)tn_hv_life_held();
        return true;
    case EC_INSTRUCTION_ABORT:
    case EC_DATA_ABORT:
        return tn_hv_life_held();
    default:
        return false;
    }
}

static void kicked(const struct tn_hv_frame *frame)
{
    (void)frame;
    (void)tn_hv_life_held();
}

bool tn_hv_life_exit(uint64_t kind)
{
    if (tn_hv_in_pool()) {
        return false; /* orders for it come by its CPU's scheduler, and nobody waits here */
    }
    return kind == HV_KIND_SYNC && sync_exit();
}

void tn_hv_life_end(void)
{
    unsigned self = tn_hv_partition.index;
    bool again;

    tn_hv_lock();
    life.of[self].status = tn_hv_partition.status;
    again = life.of[self].again;
    life.of[self].again = false;
    set_state(self, again ? TN_LIFE_STARTING : TN_LIFE_STOPPING);
    tn_hv_unlock();
    if (again) {
        tn_hv_cpus_again();
    } else {
        tn_hv_cpus_retire();
    }
    at_virtual(1ull << HV_AGAIN_BIT | tn_hv_partition.slot, base, bss);
}

/* OFF comes last: from then on the CPU is another's, who waits until the firmware has it off. */
void tn_hv_life_retired(void)
{
    set_state(tn_hv_partition.index, TN_LIFE_OFF);
    tn_hv_cpus_leave();
    tn_psci_system_off();
}

static bool is_other(uint64_t partition)
{
    return partition < CONFIG_PARTITIONS && partition != tn_hv_partition.index;
}

/* Nothing takes a CPU from a program at EL2, and it begins with the machine. */
static bool is_manageable(uint64_t partition)
{
    return is_other(partition) && !(CONFIG_EL2_PROGRAM > 0 && partition == 0);
}

static bool has_name(unsigned partition, const volatile char *name)
{
    unsigned at = 0;

    while (at < TN_IMAGE_NAME_MAX && life.of[partition].name[at] == name[at]) {
        at++;
    }
    return at == TN_IMAGE_NAME_MAX;
}

static TN_HC_FUNCTION long life_find(uint64_t id, uint64_t name_ipa, uint64_t x2, uint64_t x3)
{
    char name[TN_IMAGE_NAME_MAX];

    (void)id, (void)x2, (void)x3;
    if (!tn_hv_guest_read(name, name_ipa, sizeof(name))) {
        return TN_HC_INVALID;
    }
    for (unsigned i = 0; i < CONFIG_PARTITIONS; i++) {
        if (has_name(i, name)) {
            return i;
        }
    }
    return TN_HC_INVALID;
}

static TN_HC_FUNCTION long life_start(uint64_t id, uint64_t partition, uint64_t x2, uint64_t x3)
{
    bool ready;

    (void)id, (void)x2, (void)x3;
    if (!is_manageable(partition)) {
        return TN_HC_INVALID;
    }
    tn_hv_lock();
    ready = state_of(partition) == TN_LIFE_OFF && tn_hv_cpus_reserve((unsigned)partition);
    if (ready) {
        set_state(partition, TN_LIFE_STARTING);
    }
    tn_hv_unlock();
    if (!ready) {
        return TN_HC_BUSY;
    }
    if (tn_hv_cpus_begin((unsigned)partition) != TN_PSCI_SUCCESS) {
        set_state(partition, TN_LIFE_OFF);
        return TN_HC_FAILED;
    }
    return TN_HC_OK;
}

/* From one of two states to another, and tell the partition's CPU. */
static long change(uint64_t partition, uint32_t from, uint32_t or_from, uint32_t to, bool again)
{
    long result = TN_HC_BUSY;

    if (!is_manageable(partition)) {
        return TN_HC_INVALID;
    }
    tn_hv_lock();
    if (state_of(partition) == from || state_of(partition) == or_from) {
        life.of[partition].again = again;
        set_state(partition, to);
        if (CONFIG_POOL > 0 && tn_hv_pool_order((unsigned)partition)) {
            /* its CPU's scheduler sees to it */
        } else if (to != TN_LIFE_RUNNING) {
            tn_hv_cpus_order((unsigned)partition);
        } else {
            __asm__ volatile("dsb ish\n\tsev" : : : "memory"); /* its CPUs wait */
        }
        result = TN_HC_OK;
    }
    tn_hv_unlock();
    return result;
}

static TN_HC_FUNCTION long life_stop(uint64_t id, uint64_t partition, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    if (is_manageable(partition) &&
        (state_of(partition) == TN_LIFE_OFF || state_of(partition) == TN_LIFE_STOPPING)) {
        return TN_HC_OK;
    }
    return change(partition, TN_LIFE_RUNNING, TN_LIFE_PAUSED, TN_LIFE_STOPPING, false);
}

static TN_HC_FUNCTION long life_pause(uint64_t id, uint64_t partition, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    return change(partition, TN_LIFE_RUNNING, TN_LIFE_RUNNING, TN_LIFE_PAUSED, false);
}

static TN_HC_FUNCTION long life_resume(uint64_t id, uint64_t partition, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    return change(partition, TN_LIFE_PAUSED, TN_LIFE_PAUSED, TN_LIFE_RUNNING, false);
}

static TN_HC_FUNCTION long life_restart(uint64_t id, uint64_t partition, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    return change(partition, TN_LIFE_RUNNING, TN_LIFE_PAUSED, TN_LIFE_STOPPING, true);
}

static TN_HC_FUNCTION long life_query(uint64_t id, uint64_t partition, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    if (!is_other(partition)) {
        return TN_HC_INVALID;
    }
    return (long)state_of(partition) | (long)(life.of[partition].status & 0xff) << STATUS_SHIFT |
           (long)(life.of[partition].starts & STARTS_MASK) << STARTS_SHIFT;
}

TN_HV_FIQ(TN_GIC_KICK, kicked);
REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_LIFE, TN_CAP_LIFECYCLE, life_find, life_start, life_stop,
                         life_pause, life_resume, life_query, life_restart);
