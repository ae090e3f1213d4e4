/* SPDX-License-Identifier: Apache-2.0 */
/* The program's other CPUs on Mortise, which has one interface for starting them: PSCI. */
#include <stdint.h>
#include <tn/board.h>
#include <tn/hypercall.h>
#include <tn/irq.h>
#include <tn/kernel_end.h>
#include <tn/percpu.h>
#include <tn/psci.h>
#include <tn/smp.h>

/* What entry.S reads; the order is entry.S's. */
struct entry {
    uint64_t stack;
    uint64_t number;
};

extern char tn_smp_entry[];

static const uint64_t mpidrs[] = TN_BOARD_MPIDRS;
static struct entry entries[CONFIG_CPUS];

void tn_smp_begin(void)
{
}

uint64_t tn_smp_boot_el(void)
{
    return 0;
}

/* The program's n-th CPU is the n-th of those that it has of the board. */
static uint64_t mpidr_of(unsigned number)
{
    uint64_t set = CONFIG_CPU_SET;

    while (number-- > 0) {
        set &= set - 1;
    }
    return mpidrs[__builtin_ctzll(set)];
}

void tn_smp_start(unsigned number, void *stack)
{
    entries[number] = (struct entry){.stack = (uintptr_t)stack, .number = number};
    if (tn_psci_cpu_on_hvc(mpidr_of(number), (uintptr_t)tn_smp_entry,
                           (uintptr_t)&entries[number]) != TN_PSCI_SUCCESS) {
        tn_image_fault();
    }
}

uint64_t tn_smp_open(void)
{
    tn_irq_enable(TN_SMP_SGI);
    return 1ull << tn_percpu_number();
}

void tn_smp_call(uint64_t target)
{
    tn_hypercall2(TN_HC_IRQ_SEND, TN_SMP_SGI, target);
}
