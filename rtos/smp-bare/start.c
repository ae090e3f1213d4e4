/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program's other CPUs on bare metal.  The firmware starts them with the MMU off, at a
 * physical address: entry.S, which is part of the program's text, puts them where the boot code
 * has put the first one, with the same tables.
 */
#include <stdint.h>
#include <tn/board.h>
#include <tn/gic.h>
#include <tn/irq.h>
#include <tn/kernel_end.h>
#include <tn/kernel_init.h>
#include <tn/percpu.h>
#include <tn/psci.h>
#include <tn/smp.h>
#include <tn/sysreg.h>
#include <tn/uart.h>

#define EL2 2
#define PAR_FAULT 1u
#define PAR_ADDRESS 0x0000fffffffff000ull
#define PAGE_OFFSET 0xfffull
#define LINE 64

/* What entry.S reads, MMU off; the order is entry.S's.  One cache line or two, nothing else in
 * them. */
struct entry {
    uint64_t mair;
    uint64_t tcr;
    uint64_t ttbr;
    uint64_t sctlr;
    uint64_t vectors;
    uint64_t arrive;
    uint64_t stack;
    uint64_t number;
} TN_ALIGNED(64);
_Static_assert(sizeof(struct entry) == LINE, "entry.S, and clean()");

extern char tn_smp_entry[], tn_smp_vectors[], tn_smp_arrive[];

static const uint64_t mpidrs[] = TN_BOARD_MPIDRS;
static struct entry entries[CONFIG_CPUS];
static uint64_t boot_el;

void tn_smp_begin(void)
{
    boot_el = tn_sysreg_read(tpidrro_el0);
}

uint64_t tn_smp_boot_el(void)
{
    return boot_el;
}

/* Where `address` of the program is for a CPU without MMU. */
static uint64_t physical(const void *address)
{
    __asm__ volatile("at s1e1r, %0\n\tisb" : : "r"(address) : "memory");
    return (tn_sysreg_read(par_el1) & PAR_ADDRESS) | ((uintptr_t)address & PAGE_OFFSET);
}

static TN_NORETURN void not_started(unsigned number)
{
    static const char text[] = "tenon: the firmware does not start a CPU of the program: number ";
    const char digits[] = {(char)('0' + number), '\r', '\n'};

    tn_uart_write(TN_BOARD_CONSOLE_BASE, text, sizeof(text) - 1);
    tn_uart_write(TN_BOARD_CONSOLE_BASE, digits, sizeof(digits));
    tn_image_fault();
}

void tn_smp_start(unsigned number, void *stack)
{
    struct entry *entry = &entries[number];
    int error;

    *entry = (struct entry){
        .mair = tn_sysreg_read(mair_el1),
        .tcr = tn_sysreg_read(tcr_el1),
        .ttbr = tn_sysreg_read(ttbr0_el1),
        .sctlr = tn_sysreg_read(sctlr_el1),
        .vectors = (uintptr_t)tn_smp_vectors,
        .arrive = (uintptr_t)tn_smp_arrive,
        .stack = (uintptr_t)stack,
        .number = number,
    };
    /* To where a CPU reads whose caches are off; the DSB behind it is tn_psci_cpu_on()'s. */
    __asm__ volatile("dc civac, %0" : : "r"(entry) : "memory");
    error = boot_el == EL2
                ? tn_psci_cpu_on(mpidrs[number], physical(tn_smp_entry), physical(entry))
                : tn_psci_cpu_on_hvc(mpidrs[number], physical(tn_smp_entry), physical(entry));
    if (error != TN_PSCI_SUCCESS) {
        not_started(number);
    }
}

uint64_t tn_smp_open(void)
{
    tn_irq_enable(TN_SMP_SGI);
    return tn_gic_target(TN_BOARD_GICD_BASE);
}

void tn_smp_call(uint64_t target)
{
    tn_gic_send(TN_BOARD_GICD_BASE, target, TN_SMP_SGI);
}
