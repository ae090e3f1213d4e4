/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel that throws at Mortise whatever it can, from one CPU or two: TN_TRIES random tries each,
 * from TN_SEED.  Calls with random identifiers and arguments, every encoding of system registers,
 * accesses of every size to everything that is not its own RAM, jumps out of it, SGIs to everybody,
 * storms of doorbells, forged headers of a channel.  What comes back as an exception is skipped.
 * Then it asks Mortise for its version and goes off; a wrong answer, or a call that changed a
 * register, ends it by a fault.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel.h"

#define PSCI 0x84000000u
#define PSCI_64 0x40000000u
#define OURS 0xc6000000u
#define SLEEP (OURS + 0x501u) /* of an instance of a pool: as long as one likes */
#define RAM_END (TN_RAM + TN_RAM_SIZE)
#define RET 0xd65f03c0u

void secondary(void);
static struct cpu {
    uint64_t random;
    volatile uint64_t resume; /* where to go on after a jump out of memory */
    volatile uint64_t exceptions;
    uint32_t code[2] __attribute__((aligned(64)));
} cpus[2];

static volatile bool second_done;
static uint8_t second_stack[4096] __attribute__((aligned(16)));

static unsigned self(void)
{
    return (read_reg(mpidr_el1) & 0xff) == TN_SECOND;
}

/* No vectors, and an instruction that there is not: Mortise reports the end. */
static void fail(void)
{
    for (;;) {
        write_reg(vbar_el1, 0);
        __asm__ volatile("hvc #1\n .inst 0");
    }
}

void on_bad(void)
{
    fail();
}

void on_irq(void)
{
    fail(); /* they are masked */
}

/* The instruction is skipped; after a jump there is none. */
void on_sync(void)
{
    struct cpu *cpu = &cpus[self()];
    unsigned class = read_reg(esr_el1) >> 26 & 0x3f;

    cpu->exceptions++;
    if (class == 0x20 || class == 0x21 || class == 0x22) {
        write_reg(elr_el1, cpu->resume);
    } else {
        write_reg(elr_el1, read_reg(elr_el1) + 4);
    }
}

static uint64_t next(struct cpu *cpu)
{
    cpu->random ^= cpu->random << 13;
    cpu->random ^= cpu->random >> 7;
    cpu->random ^= cpu->random << 17;
    return cpu->random;
}

static uint64_t value(struct cpu *cpu)
{
    uint64_t random = next(cpu);

    switch (next(cpu) % 5) {
    case 0:
        return random;
    case 1:
        return random % 64;
    case 2:
        return TN_RAM + random % 0x300000;
    case 3:
        return 1ull << random % 64;
    default:
        return 0 - random % 64;
    }
}

/* What Mortise, devices and other partitions are at, nothing at all, and the ends of the space. */
static uint64_t address(struct cpu *cpu)
{
    static const uint64_t bases[] = {
        0,          TN_GICD,        TN_GICR,          TN_GICR + 0x20000, TN_GICR + 0x40000,
        TN_GICC,    TN_UART,        0x200000,         0x280000,          0x380000,
        TN_BELLS,   TN_FORGED,      TN_RAM - 0x10000, RAM_END,           RAM_END + 0x2000000,
        0x2000000,  0x1000000,      0x8000000,        1ull << 32,        1ull << 36,
        1ull << 47, 0 - 0x10000ull,
    };
    uint64_t random = next(cpu);
    uint64_t at = random % 8 == 0 ? next(cpu) >> next(cpu) % 40
                                  : bases[random / 8 % (sizeof(bases) / sizeof(bases[0]))] +
                                        (random >> 32) % 0x11000;

    at &= random >> 60 < 12 ? ~7ull : ~0ull;
    return at + 16 - TN_RAM < TN_RAM_SIZE + 16 ? RAM_END : at;
}

static void execute(struct cpu *cpu, uint32_t instruction, uint64_t x0)
{
    register uint64_t argument __asm__("x0") = x0;
    register void *code __asm__("x9") = cpu->code;

    cpu->code[0] = instruction;
    cpu->code[1] = RET;
    __asm__ volatile("dc cvau, %1\n dsb ish\n ic ivau, %1\n dsb ish\n isb\n blr %1"
                     : "+r"(argument)
                     : "r"(code)
                     : "memory", "x1", "x30", "cc");
}

/* What ends the partition, or waits, is left out: then all tries are made. */
static bool ends(uint64_t id)
{
    uint32_t psci = ((uint32_t)id & ~PSCI_64) - PSCI;

    return (uint32_t)id == OURS || (TN_POOL && (uint32_t)id == SLEEP) || psci == 1 || psci == 2 ||
           psci == 8 || psci == 9;
}

static void call(struct cpu *cpu)
{
    uint64_t ids[] = {OURS + next(cpu) % 0x1200, PSCI + next(cpu) % 34 + (next(cpu) & 1) * PSCI_64,
                      value(cpu), 0x80000000u + next(cpu) % 4};
    uint64_t a = value(cpu), b = value(cpu), c = value(cpu);
    register uint64_t x0 __asm__("x0") = ids[next(cpu) % 4];
    register uint64_t x1 __asm__("x1") = a;
    register uint64_t x2 __asm__("x2") = b;
    register uint64_t x3 __asm__("x3") = c;
    register uint64_t x17 __asm__("x17") = a ^ c;

    if (ends(x0)) {
        return;
    }
    if (a & 1) {
        __asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x17) : : "memory");
    } else if (a & 2) {
        __asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x17) : : "memory");
    } else {
        __asm__ volatile("hvc #0xffff"
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x17)
                         :
                         : "memory");
    }
    if (x1 != a || x2 != b || x3 != c || x17 != (a ^ c)) {
        fail();
    }
}

/* Reads of all; writes of what is not this program's own state: EL2's and EL3's, caches, and TLBs.
 */
static void system_register(struct cpu *cpu)
{
    uint64_t random = next(cpu);
    uint32_t encoding = (uint32_t)random & 0x7ffe0;
    uint32_t op1 = encoding >> 16 & 7, crn = encoding >> 12 & 15, crm = encoding >> 8 & 15;

    if (random >> 63) {
        execute(cpu, 0xd5380000u | encoding | (uint32_t)(random >> 61 & 1) << 19, value(cpu));
        if (op1 >= 4 || crn == 11 || crn == 15 || (crn == 12 && crm >= 8)) {
            /* QEMU 7.2 dies of a binary point (op2 3) above 7: icc_gprio_mask() asserts. */
            bool point = crn == 12 && (encoding >> 5 & 7) == 3;

            execute(cpu, 0xd5180000u | encoding, point ? value(cpu) & 7 : value(cpu));
        }
        return;
    }
    execute(cpu, 0xd5080000u | (encoding & 0x70fe0) | (random >> 40 & 1 ? 7u : 8u) << 12,
            address(cpu));
}

/* A word's load or store, or one that carries no syndrome: pairs, exclusives, with write-back. */
static void access(struct cpu *cpu)
{
    static const uint32_t forms[] = {
        0x39400001, 0x39000001, 0x79400001, 0x79000001, 0xb9400001, 0xb9000001, 0xf9400001,
        0xf9000001, 0x39c00001, 0x79800001, 0xb9800001, 0xa9400401, 0xa9000401, 0xc85f7c01,
        0x38401401, 0xb8004401, 0xf8404c01, 0x885f7c01, 0xc8dffc01, 0xc89ffc01, 0xd50b7420,
    };

    execute(cpu, forms[next(cpu) % (sizeof(forms) / sizeof(forms[0]))], address(cpu));
}

static void jump(struct cpu *cpu)
{
    register uint64_t to __asm__("x9") = address(cpu);
    register volatile uint64_t *resume __asm__("x10") = &cpu->resume;

    __asm__ volatile("adr x11, 1f\n str x11, [%1]\n blr %0\n1:"
                     : "+r"(to)
                     : "r"(resume)
                     : "memory", "x11", "x30");
}

static void sgi(struct cpu *cpu)
{
    uint64_t random = next(cpu);

    if (TN_GIC == 3) {
        execute(cpu,
                random & 1   ? 0xd518cba0u
                : random & 2 ? 0xd518cbc0u
                             : 0xd518cbe0u,
                next(cpu) & 0x000000100f00000full);
    } else {
        *(volatile uint32_t *)(uintptr_t)(TN_GICD + 0xf00) = (uint32_t)next(cpu) & 0x03ff000f;
    }
}

static uint64_t psci(uint64_t id, uint64_t a, uint64_t b, uint64_t c)
{
    register uint64_t x0 __asm__("x0") = id;
    register uint64_t x1 __asm__("x1") = a;
    register uint64_t x2 __asm__("x2") = b;
    register uint64_t x3 __asm__("x3") = c;

    __asm__ volatile("hvc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}

/* Rings without a pause, by calls and by stores; one doorbell is there. */
static void storm(struct cpu *cpu)
{
    uint64_t random = next(cpu);

    for (unsigned i = 0; i < random % 16; i++) {
        if (random >> 63) {
            *(volatile uint32_t *)(uintptr_t)TN_BELLS = 1;
        } else {
            psci(OURS + 0x300, 0, 0, 0);
        }
    }
}

/* The head of the sender's pages, or the control words at their end, of a channel of one page. */
static void forge(struct cpu *cpu)
{
    uint64_t random = next(cpu);
    uintptr_t at = (uintptr_t)TN_FORGED + (random & 1 ? 0x1000 - 64 : 0) + (random >> 8) % 16 * 4;

    *(volatile uint32_t *)at = (uint32_t)value(cpu);
}

static void attack(struct cpu *cpu)
{
    for (uint32_t i = 0; i < TN_TRIES; i++) {
        switch (next(cpu) % 10) {
        case 0:
        case 1:
            call(cpu);
            break;
        case 2:
        case 3:
            system_register(cpu);
            break;
        case 4:
            jump(cpu);
            break;
        case 5:
            sgi(cpu);
            break;
        case 6:
            storm(cpu);
            break;
        case 7:
            forge(cpu);
            break;
        default:
            access(cpu);
        }
    }
}

void second(void)
{
    cpus[1].random = TN_SEED * 0x9e3779b97f4a7c15ull + 1;
    attack(&cpus[1]);
    second_done = true;
    for (;;) {
        __asm__ volatile("wfe");
    }
}

void guest(const uint8_t *tree)
{
    (void)tree;
    cpus[0].random = TN_SEED * 0xbf58476d1ce4e5b9ull + 7;
    second_done = !TN_BOTH;
    if (TN_BOTH && psci(PSCI + PSCI_64 + 3, TN_SECOND, (uintptr_t)secondary,
                        (uintptr_t)second_stack + sizeof(second_stack)) != 0) {
        fail();
    }
    attack(&cpus[0]);
    while (!second_done) {}
    /* Many tries were exceptions, or nothing has been tried; and Mortise is there. */
    if (cpus[0].exceptions < TN_TRIES / 10 || (TN_BOTH && cpus[1].exceptions < TN_TRIES / 10) ||
        psci(PSCI, 0, 0, 0) != 0x10001) {
        fail();
    }
    psci(PSCI + 8, 0, 0, 0);
    fail();
}
