/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel that debugs itself while others of its kind, with other breakpoints, have the same CPU:
 * each takes its own breakpoint, watchpoint and single step, and finds its registers as it has left
 * them. The last letter of the command line says which of the functions and variables are its own.
 * Ends by a fault when something is not as it should be, so that one without a UART can say so,
 * too.
 */
#include <stdbool.h>
#include <stdint.h>

#include "console.h"
#include "kernel.h"

#define PSCI_VERSION 0x84000000u
#define SYSTEM_OFF 0x84000008u
#define GICD_TYPER 0x4u
#define ROUNDS 40
#define LAST 0x7ff000u /* of an address that is nobody's */

#define MDSCR_MDE (1u << 15)
#define MDSCR_KDE (1u << 13)
#define MDSCR_SS (1u << 0)
#define SPSR_SS (1u << 21)
#define POINT (0xfu << 5 | 1u << 1 | 1u) /* all bytes, EL1, on */
#define WATCH (0xffu << 5 | 3u << 3 | POINT)
#define PROGRAMS                                                                                   \
    (24u << 24) /* 16 MiB, in which other partitions have their memory, and it nothing */

enum { BREAK = 0x31, STEP = 0x33, WATCHED = 0x35 };

static unsigned breaks, steps, watched;
static uint64_t stepped; /* the instruction that is stepped over */
static volatile uint64_t words[2] __attribute__((aligned(64)));

/* What is stepped over is a load that Mortise does, and a call of it that traps. */
__attribute__((noinline, naked)) static void first(uint64_t reg)
{
    __asm__ volatile("ldr w0, [x0]\n ret");
}

__attribute__((noinline, naked)) static void other(uint64_t function)
{
    __asm__ volatile("smc #0\n ret");
}

static void fail(void)
{
    write_reg(vbar_el1, LAST);
    __asm__ volatile("b ." ::"r"(*(volatile uint64_t *)LAST));
}

static void end(void)
{
    register uint64_t x0 __asm__("x0") = SYSTEM_OFF;

    __asm__ volatile("hvc #0" : "+r"(x0) : : "x1", "x2", "x3", "memory");
    for (;;) {}
}

/* A breakpoint that has been taken is off for the instruction that is stepped over behind it. */
void on_sync(void)
{
    uint64_t spsr = read_reg(spsr_el1), mdscr = read_reg(mdscr_el1);

    switch (read_reg(esr_el1) >> 26) {
    case BREAK:
        breaks++;
        break;
    case WATCHED:
        watched++;
        break;
    case STEP:
        steps++;
        if (read_reg(elr_el1) != stepped + 4) {
            fail();
        }
        write_reg(mdscr_el1, (mdscr & ~(uint64_t)MDSCR_SS) | MDSCR_MDE);
        write_reg(spsr_el1, spsr & ~(uint64_t)SPSR_SS);
        return;
    default:
        fail();
    }
    write_reg(mdscr_el1, (mdscr & ~(uint64_t)MDSCR_MDE) | MDSCR_SS);
    write_reg(spsr_el1, spsr | SPSR_SS);
    stepped = read_reg(elr_el1);
}

void on_irq(void)
{
    fail();
}

void on_bad(void)
{
    fail();
}

void second(void)
{
}

static char which(const uint8_t *tree)
{
    for (unsigned i = 0; i < 4096; i++) {
        if (tree[i] == 'd' && tree[i + 1] == 'o' && tree[i + 2] == ':') {
            return (char)tree[i + 3];
        }
    }
    return '?';
}

/* Gives way: the virtual timer's interrupt wakes the CPU, and stays masked. */
static void rest(void)
{
    write_reg(cntv_tval_el0, read_reg(cntfrq_el0) / 5000);
    write_reg(cntv_ctl_el0, 1);
    __asm__ volatile("wfi");
    write_reg(cntv_ctl_el0, 0);
}

void guest(const uint8_t *tree)
{
    bool a = which(tree) == 'a';
    uint64_t at = (uint64_t)(uintptr_t)(a ? first : other), word = (uint64_t)(uintptr_t)&words[!a];
    bool kept = true;

    write_reg(oslar_el1, 0);
    write_reg(dbgbvr0_el1, at);
    write_reg(dbgbcr0_el1, POINT);
    write_reg(dbgwvr0_el1, word);
    write_reg(dbgwcr0_el1, WATCH);
    write_reg(dbgbvr1_el1, LAST + (a ? 4 : 8));
    write_reg(dbgwvr1_el1, TN_RAM_IPA);
    write_reg(dbgwcr1_el1, WATCH | PROGRAMS);
    write_reg(mdscr_el1, MDSCR_MDE | MDSCR_KDE);
    __asm__ volatile("msr daifclr, #8\n isb");
    for (unsigned i = 0; i < ROUNDS; i++) {
        rest();
        first(TN_GICD + GICD_TYPER);
        other(PSCI_VERSION);
        words[0] = i;
        words[1] = i;
        kept &= (read_reg(oslsr_el1) & 2) == 0;
        if (i % 8 == 7) { /* one that has them off, so that nobody brings them back unasked */
            write_reg(mdscr_el1, 0);
            rest();
            write_reg(mdscr_el1, MDSCR_MDE | MDSCR_KDE);
            kept &= read_reg(dbgbvr0_el1) == at && read_reg(dbgwvr0_el1) == word &&
                    read_reg(dbgbcr0_el1) == POINT && read_reg(dbgwcr0_el1) == WATCH &&
                    read_reg(dbgbvr1_el1) == LAST + (a ? 4 : 8);
        }
    }
    if (!kept || breaks != ROUNDS || watched != ROUNDS || steps != 2 * ROUNDS) {
        fail();
    }
    if (a) {
        text("ok\r\n");
    }
    end();
}
