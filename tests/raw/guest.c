/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kernel in mode raw may rely on: its device tree, PSCI and SMCCC by HVC and SMC, the
 * distributor, interrupts of its timers and from CPU to CPU, exceptions for what there is not. Says
 * `ok <name>` or `FAIL <name>` for each, then does what the last word of the command line says.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console.h"
#include "kernel.h"

#define GICD(offset) (*(volatile uint32_t *)(uintptr_t)(TN_GICD + (offset)))
#define GICD8(offset) (*(volatile uint8_t *)(uintptr_t)(TN_GICD + (offset)))
#define GICR_SGI(cpu, offset)                                                                      \
    (*(volatile uint32_t *)(uintptr_t)(TN_GICR + (cpu)*0x20000 + 0x10000 + (offset)))
#define GICC(offset) (*(volatile uint32_t *)(uintptr_t)(TN_GICC + (offset)))

#define VIRT 27u
#define PHYS 30u
#define SGI 3u
#define LAST_SGI 15u /* which Mortise has a use for, too */

void secondary(void);
uint64_t run_program(void);

extern char start[], image_end[];

static volatile uint32_t taken[2][32]; /* interrupts, by CPU and INTID */
static volatile uint64_t syndrome;     /* of the last synchronous exception */
static volatile uint32_t sources;      /* of SGIs, as GICv2's CPU interface numbers CPUs */
static volatile bool second_runs, second_ends;
static uint8_t second_stack[4096] __attribute__((aligned(16)));

static void check(const char *name, bool good)
{
    text(good ? "ok " : "FAIL ");
    text(name);
    text("\r\n");
}

static uint32_t big(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static long hvc(uint64_t id, uint64_t a, uint64_t b, uint64_t c)
{
    register uint64_t x0 __asm__("x0") = id;
    register uint64_t x1 __asm__("x1") = a;
    register uint64_t x2 __asm__("x2") = b;
    register uint64_t x3 __asm__("x3") = c;

    __asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
    return (long)x0;
}

/* The call by which a program for Mortise reports a fault is none of a kernel's. */
static long hvc_1(void)
{
    register uint64_t x0 __asm__("x0") = 5;

    __asm__ volatile("hvc #1" : "+r"(x0) : : "x1", "x2", "x3", "memory");
    return (long)x0;
}

static int smc(uint64_t id)
{
    register uint64_t x0 __asm__("x0") = id;

    __asm__ volatile("smc #0" : "+r"(x0) : : "x1", "x2", "x3", "memory");
    return (int)x0;
}

static unsigned self(void)
{
    return (read_reg(mpidr_el1) & 0xff) == TN_FIRST + 1;
}

void on_sync(void)
{
    syndrome = read_reg(esr_el1);
    write_reg(elr_el1, read_reg(elr_el1) + 4);
    if (syndrome >> 26 == 0x21) { /* a jump to nowhere: back to the caller, in x30's place */
        __asm__ volatile("msr elr_el1, %0" : : "r"(second_stack[0] ? 0 : (uint64_t)on_bad));
    }
}

void on_bad(void)
{
    text("FAIL exception\r\n");
    hvc(0x84000008, 0, 0, 0);
}

void on_irq(void)
{
#if TN_GICR
    uint32_t ack = (uint32_t)read_reg(S3_0_C12_C12_0);
#else
    uint32_t ack = GICC(0x0c);
#endif
    uint32_t intid = ack & 0x3ff;

    if (intid == VIRT) {
        write_reg(cntv_ctl_el0, 0);
    } else if (intid == PHYS) {
        write_reg(cntp_ctl_el0, 0);
    }
    if (intid < 32) {
        taken[self()][intid]++;
        sources |= ack >> 10;
    }
#if TN_GICR
    write_reg(S3_0_C12_C12_1, ack);
#else
    GICC(0x10) = ack;
#endif
}

static void open_interrupts(unsigned cpu)
{
    uint32_t mask = 1u << VIRT | 1u << PHYS | 1u << SGI | 1u << LAST_SGI;

#if TN_GICR
    GICD(0) = 3;
    write_reg(S3_0_C4_C6_0, 0xf0);
    write_reg(S3_0_C12_C12_7, 1);
    GICR_SGI(cpu, 0x80) = 0xffffffff;
    GICR_SGI(cpu, 0x100) = mask;
#else
    (void)cpu;
    GICD(0) = 1;
    GICC(4) = 0xf0;
    GICC(0) = 1;
    GICD(0x100) = mask;
#endif
    __asm__ volatile("msr daifclr, #2" : : : "memory");
}

static void send_sgi(unsigned cpu, uint32_t sgi)
{
#if TN_GICR
    write_reg(S3_0_C12_C11_5, (uint64_t)sgi << 24 | 1ull << (TN_FIRST + cpu));
#else
    GICD(0xf00) = 1u << (16 + cpu) | sgi;
#endif
}

static void send(unsigned cpu)
{
    send_sgi(cpu, SGI);
}

/* Wait for what must come; the limit is for a failure that ends. */
static bool wait_for(volatile uint32_t *count)
{
    uint64_t begin = read_reg(cntvct_el0);

    while (*count == 0 && read_reg(cntvct_el0) - begin < read_reg(cntfrq_el0) * 20) {}
    return *count != 0;
}

void second(void)
{
    open_interrupts(1);
    second_runs = true;
    while (!second_ends) {
        __asm__ volatile("wfi");
    }
    hvc(0x84000002, 0, 0, 0);
    text("FAIL it is off\r\n");
}

static void check_calls(void)
{
    check("psci version", hvc(0x84000000, 0, 0, 0) >= 0x10000);
    check("psci by smc", smc(0x84000000) == hvc(0x84000000, 0, 0, 0));
    check("psci features", hvc(0x8400000a, 0xc4000003, 0, 0) == 0 &&
                               hvc(0x8400000a, 0x80000000, 0, 0) == 0 &&
                               hvc(0x8400000a, 0x84000015, 0, 0) == -1);
    check("psci migrate", hvc(0x84000006, 0, 0, 0) == 2);
    check("smccc version", hvc(0x80000000, 0, 0, 0) == 0x10001 && smc(0x80000000) == 0x10001);
    check("psci suspend", (int)hvc(0x84000001, 0xffffffff, 0, 0) == -2);
    check("psci cluster", hvc(0xc4000004, TN_FIRST, 1, 0) == 0 &&
                              hvc(0xc4000004, TN_FIRST + 0x100, 1, 0) == -2 &&
                              hvc(0xc4000004, TN_FIRST, 4, 0) == -2);
    check("another hvc", hvc_1() == -1);
    check("unknown calls",
          hvc(1337, 0, 0, 0) == -1 && hvc(0x8600ff01, 0, 0, 0) == -1 && smc(0xc2001234) == -1);
}

static void check_distributor(void)
{
    uint32_t typer = GICD(4);
    uint32_t last = (typer & 0x1f) * 32 + 31;

    GICD(4) = ~typer;
    check("gicd typer", GICD(4) == typer && last >= 63);
    GICD(0x100 + last / 32 * 4) = 1u << last % 32;
    check("gicd enable", GICD(0x100 + last / 32 * 4) >> last % 32 & 1);
    GICD(0x180 + last / 32 * 4) = 1u << last % 32;
    check("gicd disable", !(GICD(0x100 + last / 32 * 4) >> last % 32 & 1));
    GICD8(0x400 + last) = 0x50;
    check("gicd priority", GICD8(0x400 + last) == 0x50);
    GICD(0x400 + last + 1) = 0x40404040;
    check("gicd beyond", GICD(0x400 + last + 1) == 0 || last >= 1019);
}

/* What a compiler makes of loops over registers; the CPU tells a hypervisor nothing of them. */
static void check_instructions(void)
{
    uintptr_t p = TN_GICD + 0x400 + 64, q = p + 9, r = p + 8;
    uint32_t low, high;
    int64_t byte;

    __asm__ volatile("str %w2, [%0], #4\n str %w2, [%0], #4\n strb %w3, [%1, #-4]!"
                     : "+r"(p), "+r"(q)
                     : "r"(0x40404040), "r"(0x90)
                     : "memory");
    check("stores that move on", p == TN_GICD + 0x400 + 72 && q == p - 3 &&
                                     GICD(0x400 + 64) == 0x40404040 &&
                                     GICD(0x400 + 68) == 0x40409040);
    __asm__ volatile("ldp %w0, %w1, [%3, #-8]!\n ldrsb %2, [%3, #5]!"
                     : "=&r"(low), "=&r"(high), "=&r"(byte), "+r"(r)
                     :
                     : "memory");
    check("loads that move on",
          low == 0x40404040 && high == 0x40409040 && byte == -0x70 && r == TN_GICD + 0x400 + 69);
    __asm__ volatile("stp %w0, %w0, [%1]" : : "r"(0xa0a0a0a0), "r"(p - 8) : "memory");
    check("a pair", GICD(0x400 + 64) == 0xa0a0a0a0 && GICD(0x400 + 68) == 0xa0a0a0a0);
}

static void check_timers(void)
{
    write_reg(cntv_tval_el0, 1000);
    write_reg(cntv_ctl_el0, 1);
    check("virtual timer", wait_for(&taken[0][VIRT]));
    write_reg(cntp_tval_el0, 1000);
    write_reg(cntp_ctl_el0, 1);
    check("physical timer", wait_for(&taken[0][PHYS]));
    write_reg(pmcr_el0, 1);
    write_reg(pmcntenset_el0, 1u << 31);
    check("pmu", read_reg(pmccntr_el0) != read_reg(pmccntr_el0) || read_reg(pmcr_el0) & 1);
}

static void check_off_and_on(uint64_t stack)
{
    uint64_t begin = read_reg(cntvct_el0), limit = read_reg(cntfrq_el0) * 20;

    second_ends = true;
    send(1);
    while (hvc(0xc4000004, TN_FIRST + 1, 0, 0) != 1 && read_reg(cntvct_el0) - begin < limit) {}
    check("cpu off", hvc(0xc4000004, TN_FIRST + 1, 0, 0) == 1);
    second_ends = second_runs = false;
    taken[1][SGI] = 0;
    check("cpu on once more", hvc(0xc4000003, TN_FIRST + 1, (uintptr_t)secondary, stack) == 0);
    while (!second_runs && read_reg(cntvct_el0) - begin < limit) {}
    send(1);
    check("sgi to it", wait_for(&taken[1][SGI]));
}

static void check_cpus(void)
{
    uint64_t stack = (uintptr_t)second_stack + sizeof(second_stack);
    uint64_t begin = read_reg(cntvct_el0);

    check("cpu is off", hvc(0xc4000004, TN_FIRST + 1, 0, 0) == 1);
    check("cpu on", hvc(0xc4000003, TN_FIRST + 1, (uintptr_t)secondary, stack) == 0);
    while (!second_runs && read_reg(cntvct_el0) - begin < read_reg(cntfrq_el0) * 20) {}
    check("cpu runs", second_runs && hvc(0xc4000004, TN_FIRST + 1, 0, 0) == 0);
    check("cpu on again", hvc(0xc4000003, TN_FIRST + 1, (uintptr_t)secondary, stack) == -4);
    check("no such cpu", hvc(0xc4000003, 0x300, (uintptr_t)secondary, stack) == -2);
    send(1);
    check("sgi to the other", wait_for(&taken[1][SGI]) && taken[0][SGI] == 0);
    send(0);
    check("sgi to oneself", wait_for(&taken[0][SGI]) && taken[1][SGI] == 1);
    check("from the first", sources == 0);
    send_sgi(1, LAST_SGI);
    check("last sgi", wait_for(&taken[1][LAST_SGI]) && taken[0][LAST_SGI] == 0);
    check_off_and_on(stack);
}

#if TN_GICR
#define OWN(offset) GICR_SGI(0, offset) /* registers of the CPU's own interrupts */
#define DEACTIVATE(intid) write_reg(S3_0_C12_C11_1, intid)
#define EOI_MODE(on) write_reg(S3_0_C12_C12_4, (on) ? 2 : 0)
#define SET_PENDING(sgi) (GICR_SGI(0, 0x200) = 1u << (sgi))
#define CLEAR_PENDING(sgi) (GICR_SGI(0, 0x280) = 1u << (sgi))

static uint32_t acknowledge(void)
{
    return (uint32_t)read_reg(S3_0_C12_C12_0);
}

static void end(uint32_t ack)
{
    write_reg(S3_0_C12_C12_1, ack);
}
#else
#define OWN(offset) GICD(offset)
#define DEACTIVATE(intid) (GICC(TN_GICC_DIR - TN_GICC) = (intid))
#define EOI_MODE(on) (GICC(0) = (on) ? 0x201 : 1)
#define SET_PENDING(sgi) (GICD8(0xf20 + (sgi)) = 1)
#define CLEAR_PENDING(sgi) (GICD8(0xf10 + (sgi)) = 1)

static uint32_t acknowledge(void)
{
    return GICC(0x0c);
}

static void end(uint32_t ack)
{
    GICC(0x10) = ack;
}
#endif

/* The end of an interrupt in two steps: its priority, then its state. */
static void check_deactivation(void)
{
    uint32_t ack;

    __asm__ volatile("msr daifset, #2" : : : "memory");
    EOI_MODE(true);
    SET_PENDING(SGI);
    ack = acknowledge();
    end(ack);
    check("dropped", (ack & 0x3ff) == SGI && OWN(0x300) >> SGI & 1);
    DEACTIVATE(ack);
    check("deactivated", !(OWN(0x300) >> SGI & 1));
    EOI_MODE(false);
    __asm__ volatile("msr daifclr, #2" : : : "memory");
}

/* A timer whose interrupt is off is pending all the same for as long as it is due. */
static void check_line(void)
{
    OWN(0x180) = 1u << VIRT;
    write_reg(cntv_tval_el0, 0);
    write_reg(cntv_ctl_el0, 1);
    check("a disabled timer's line", OWN(0x200) >> VIRT & 1 && read_reg(isr_el1) == 0);
    write_reg(cntv_ctl_el0, 0);
    check("no line", !(OWN(0x200) >> VIRT & 1));
    OWN(0x100) = 1u << VIRT;
}

/* All that a kernel with one CPU does with interrupts, while others have that CPU, too. */
static void check_alone(void)
{
    uint32_t ack;
    uint64_t sum = 0;

    check("no other cpu", hvc(0xc4000003, 1, (uintptr_t)secondary, 0) < 0);
    send(0);
    check("sgi to oneself", wait_for(&taken[0][SGI]));
    send_sgi(0, LAST_SGI);
    check("last sgi", wait_for(&taken[0][LAST_SGI]));
    __asm__ volatile("msr daifset, #2" : : : "memory");
    SET_PENDING(SGI);
    check("pending", OWN(0x280) >> SGI & 1 && !(OWN(0x300) >> SGI & 1));
    CLEAR_PENDING(SGI);
    check("not pending", !(OWN(0x200) >> SGI & 1) && read_reg(isr_el1) == 0);
    OWN(0x180) = 1u << SGI;
    send(0);
    check("disabled", !(OWN(0x100) >> SGI & 1) && read_reg(isr_el1) == 0);
    OWN(0x100) = 1u << SGI;
    ack = acknowledge();
    check("active", (ack & 0x3ff) == SGI && OWN(0x300) >> SGI & 1);
    end(ack);
    check("over", !(OWN(0x300) >> SGI & 1));
    OWN(0x400) = 0x80808080;
    check("priority", OWN(0x400) == 0x80808080);
    write_reg(cpacr_el1, 3ull << 20);
    __asm__ volatile(".arch_extension fp\n fmov d9, #1.5" : : : "memory");
    taken[0][VIRT] = 0;
    for (int i = 0; i < 100; i++) {
        write_reg(cntv_tval_el0, read_reg(cntfrq_el0) / 5000);
        write_reg(cntv_ctl_el0, 1);
        __asm__ volatile("wfi\n msr daifclr, #2\n isb\n msr daifset, #2" : : : "memory");
    }
    __asm__ volatile(".arch_extension fp\n fmov %0, d9" : "=r"(sum) : : "memory");
    check("sleeps", taken[0][VIRT] == 100);
    write_reg(cntv_tval_el0, read_reg(cntfrq_el0) / 1000);
    write_reg(cntv_ctl_el0, 1);
    check("program of 16 bits", run_program() >> 26 == 0x11 && taken[0][VIRT] == 100);
    __asm__ volatile("msr daifclr, #2\n isb\n msr daifset, #2" : : : "memory");
    check("what it waited for", taken[0][VIRT] == 101);
    check("floating point", sum == 0x3ff8000000000000);
    syndrome = 0;
    write_reg(mdscr_el1, 0);
    check("debug registers", read_reg(mdscr_el1) == 0 && syndrome == 0);
    __asm__ volatile("msr daifclr, #2" : : : "memory");
}

static void check_nothing(void)
{
    uint32_t value;

    syndrome = 0;
    __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(0x3f000000ul) : "memory");
    check("load from nowhere", syndrome >> 26 == 0x25 && (syndrome & 0x3f) == 0x10);
    syndrome = 0;
    __asm__ volatile("mrs %x0, S3_1_C15_C2_0"
                     : "=r"(value)); /* of the CPU, for its whole cluster */
    check("register of the implementation", syndrome >> 26 == 0);
}

/* The last word of bootargs, which the tree holds as a string. */
static char last_letter(const uint8_t *tree)
{
    uint32_t size = big(tree + 4);

    for (uint32_t i = 0; i + 5 < size; i++) {
        if (tree[i] == 'd' && tree[i + 1] == 'o' && tree[i + 2] == ':') {
            return (char)tree[i + 3];
        }
    }
    return '?';
}

void guest(const uint8_t *tree)
{
    check("device tree", big(tree) == 0xd00dfeed);
    check("its distance", (uintptr_t)tree >= (uintptr_t)image_end + (1u << 20));
    check("where ram begins", big((uint8_t *)((uintptr_t)start & ~0x1fffffull)) == 0xd00dfeed);
    check("exception level", (read_reg(CurrentEL) >> 2 & 3) == 1);
    check_calls();
    check_distributor();
    check_instructions();
    open_interrupts(0);
    check_timers();
    check_deactivation();
    check_line();
    if (TN_CPUS > 1) {
        check_cpus();
    } else {
        check_alone();
    }
    check_nothing();
    switch (last_letter(tree)) {
    case 'o':
        hvc(0x84000008, 0, 0, 0);
        break;
    case 'f': /* vectors nowhere: nothing of its own is left that could take the exception */
        write_reg(vbar_el1, 0x3e000000);
        *(volatile uint32_t *)0x3f000000ul = 1;
        break;
    default:
        break;
    }
    text("FAIL it goes on\r\n");
    for (;;) {}
}
