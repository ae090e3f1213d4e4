/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several CPUs: the kernel lock, how CPUs come and stop, and the comparator, of which each CPU
 * has one for the same timer queue.  Who runs where is in place.c.
 */
#include <stddef.h>
#include <tn/irq.h>
#include <tn/kernel.h>
#include <tn/kernel_init.h>
#include <tn/kernel_time.h>
#include <tn/smp.h>

#define STOP_HZ_SHIFT 7 /* stop_others() waits at most 1/128 of a second */

struct tn_cpu tn_cpus[CONFIG_CPUS];
uint32_t tn_cpus_online;
__attribute__((used)) TN_ALIGNED(64) struct tn_kernel_ticket tn_kernel_ticket;
const void *tn_smp_called;

static struct tn_cpu *expiring; /* who works on the timer queue */
static uint32_t stopping;       /* not 0: 1 + number of the CPU that ends the image */
static uint32_t stopped;        /* CPUs that have obeyed */

/*
 * Draw a ticket, then wait for it.  The acquiring loads of `serving` pair with the releasing store
 * of the unlock, in C or in tn_switch(): what the last holder did under the lock is seen.  The
 * exclusive load sets the monitor, which that store clears, and a cleared monitor is an event (Arm
 * ARM B2.9.5, D1.16.1): WFE misses none.  Drawing needs no order: what follows waits for `serving`.
 */
void tn_smp_lock(void)
{
    uint32_t ticket, value, failed;

    __asm__ volatile("1:     ldxr    %w0, %3\n"
                     "       add     %w1, %w0, #1\n"
                     "       stxr    %w2, %w1, %3\n"
                     "       cbnz    %w2, 1b\n"
                     "       ldar    %w1, %4\n"
                     "       cmp     %w1, %w0\n"
                     "       b.eq    3f\n"
                     "       sevl\n"
                     "2:     wfe\n"
                     "       ldaxr   %w1, %4\n"
                     "       cmp     %w1, %w0\n"
                     "       b.ne    2b\n"
                     "3:\n"
                     : "=&r"(ticket), "=&r"(value), "=&r"(failed), "+Q"(tn_kernel_ticket.next)
                     : "Q"(tn_kernel_ticket.serving)
                     : "cc", "memory");
}

void tn_percpu_begin(unsigned number)
{
    struct tn_cpu *cpu = &tn_cpus[number];

    if (number == 0) {
        tn_smp_begin();
        tn_cpus_online = 1;
    }
    cpu->index = number;
    cpu->programmed = TN_TIMERQ_NEVER;
    tn_sysreg_write(tpidrro_el0, (uintptr_t)cpu);
}

/* The exit of the handler looks at cpu->resched; here is only what is not for the kernel. */
static void called(void *arg)
{
    (void)arg;
    if (__atomic_load_n(&stopping, __ATOMIC_ACQUIRE) != 0) {
        tn_percpu_stop_others();
    }
}

void tn_percpu_start_others(void)
{
    tn_irq_attach(TN_SMP_SGI, called, NULL);
    tn_cpu_this()->target = tn_smp_open();
    for (unsigned i = 1; i < CONFIG_CPUS; i++) {
        tn_smp_start(i, tn_kernel_join_stack(i));
        /* The store-release in online() is an event, as that of the lock is. */
        while (!(__atomic_load_n(&tn_cpus_online, __ATOMIC_ACQUIRE) >> i & 1)) {
            __asm__ volatile("wfe" : : : "memory");
        }
    }
}

void tn_percpu_online(void)
{
    struct tn_cpu *cpu = tn_cpu_this();

    cpu->target = tn_smp_open();
    tn_percpu_lock();
    __atomic_store_n(&tn_cpus_online, tn_cpus_online | 1u << cpu->index, __ATOMIC_RELEASE);
    tn_percpu_unlock();
    __asm__ volatile("dsb ishst\n\tsev" : : : "memory");
}

static TN_NORETURN void park(void)
{
    tn_irq_mask();
    __atomic_fetch_add(&stopped, 1, __ATOMIC_RELEASE);
    for (;;) {
        tn_wfi();
    }
}

void tn_percpu_stop_others(void)
{
    uint64_t begin = tn_sysreg_read(cntvct_el0);
    uint64_t patience = tn_sysreg_read(cntfrq_el0) >> STOP_HZ_SHIFT;
    uint32_t others = (uint32_t)__builtin_popcount(tn_cpus_online) - 1;
    uint32_t nobody = 0;
    struct tn_cpu *self;

    tn_irq_mask();
    self = tn_cpu_this();
    if (!__atomic_compare_exchange_n(&stopping, &nobody, 1 + self->index, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        if (nobody == 1 + self->index) {
            return; /* a fault while ending */
        }
        park();
    }
    for (unsigned i = 0; i < CONFIG_CPUS; i++) {
        if (i != self->index && tn_cpus_online >> i & 1) {
            tn_smp_call(tn_cpus[i].target);
        }
    }
    while (__atomic_load_n(&stopped, __ATOMIC_ACQUIRE) < others &&
           tn_sysreg_read(cntvct_el0) - begin < patience) {
        __asm__ volatile("yield"); /* an emulator that runs CPUs in turn lets them come */
    }
}

uint64_t tn_percpu_boot_el(void)
{
    return tn_smp_boot_el();
}

static bool may_wait(uint64_t daif)
{
    return !tn_in_irq() && !(daif & TN_DAIF_I);
}

void tn_percpu_await_stop(const struct tn_thread *t, uint64_t daif)
{
    while (may_wait(daif) && __atomic_load_n(&t->request, __ATOMIC_ACQUIRE) != 0) {
        __asm__ volatile("yield" : : : "memory");
    }
    /* Who obeyed holds the lock until it is off its stack. */
    tn_kernel_unlock(tn_kernel_lock());
}

void tn_percpu_await_call(const void *alarm, uint64_t daif)
{
    while (may_wait(daif) && __atomic_load_n(&tn_smp_called, __ATOMIC_ACQUIRE) == alarm) {
        __asm__ volatile("yield" : : : "memory");
    }
}

void tn_percpu_await_handlers(void)
{
    uint32_t before[CONFIG_CPUS];
    uint32_t others;
    uint64_t daif = tn_kernel_lock();

    others = may_wait(daif) ? tn_cpus_online & ~(1u << tn_percpu_number()) : 0;
    for (uint32_t left = others; left != 0; left &= left - 1) {
        struct tn_cpu *cpu = &tn_cpus[__builtin_ctz(left)];

        before[cpu->index] = cpu->looks;
        tn_smp_kick(cpu);
    }
    tn_kernel_unlock(daif);
    for (; others != 0; others &= others - 1) {
        const struct tn_cpu *cpu = &tn_cpus[__builtin_ctz(others)];

        while (__atomic_load_n(&cpu->looks, __ATOMIC_ACQUIRE) == before[cpu->index]) {
            __asm__ volatile("yield" : : : "memory");
        }
    }
}

/*
 * There is one timer queue, and one CPU at a time works on it, so that the functions of alarms
 * never overlap.  Somebody's comparator is set to the queue's first deadline or earlier: who
 * starts a timer that becomes the first sets his own; who has worked on the queue sets his own
 * unless another's is early enough; who comes meanwhile leaves it all to that one.
 */
bool tn_smp_expire_begin(void)
{
    if (expiring != NULL) {
        tn_percpu_program(TN_TIMERQ_NEVER);
        return false;
    }
    expiring = tn_cpu_this();
    return true;
}

void tn_smp_expire_end(uint64_t next)
{
    expiring = NULL;
    for (unsigned i = 0; i < CONFIG_CPUS; i++) {
        if (&tn_cpus[i] != tn_cpu_this() && tn_cpus[i].programmed <= next) {
            next = TN_TIMERQ_NEVER;
        }
    }
    tn_percpu_program(next);
}
