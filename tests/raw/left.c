/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel that looks whether somebody has left something in its CPU's registers, says so, and
 * leaves in all of them what is not 0, and its interrupts in a mess; then it resets itself, and a
 * life later it must be told nothing of it.
 */
#include <stdbool.h>
#include <stdint.h>

#include "console.h"
#include "kernel.h"

#define PAUTH (read_reg(id_aa64isar1_el1) & 0xff0)
#define MESS 0x5a5a5a5a5a5a5a58ull /* without bit 0: nothing is switched on by it */
#define SYSTEM_RESET 0x84000009u
#define SYSTEM_OFF 0x84000008u

/* Of debug registers those that every CPU has: two breakpoints, two watchpoints. */
#define DEBUG(X)                                                                                   \
    X(dbgbvr0_el1, MESS)                                                                           \
    X(dbgbcr0_el1, 0x1e6)                                                                          \
    X(dbgbvr1_el1, MESS)                                                                           \
    X(dbgbcr1_el1, 0x1e6)                                                                          \
    X(dbgwvr0_el1, MESS)                                                                           \
    X(dbgwcr0_el1, 0x1fe)                                                                          \
    X(dbgwvr1_el1, MESS)                                                                           \
    X(dbgwcr1_el1, 0x1fe)                                                                          \
    X(mdscr_el1, 1 << 12)                                                                          \
    X(mdccint_el1, 3 << 29)

#define COUNTERS(X)                                                                                \
    X(pmccntr_el0, MESS)                                                                           \
    X(pmccfiltr_el0, 1 << 30)                                                                      \
    X(pmcntenset_el0, 1 << 31)                                                                     \
    X(pmintenset_el1, 1 << 31)                                                                     \
    X(pmovsset_el0, 1 << 31)                                                                       \
    X(pmuserenr_el0, 1)                                                                            \
    X(pmevtyper0_el0, 1 << 30)                                                                     \
    X(pmevcntr0_el0, 0x5a5a)                                                                       \
    X(pmselr_el0, 1)

#define OTHERS(X)                                                                                  \
    X(contextidr_el1, MESS)                                                                        \
    X(tpidr_el1, MESS)                                                                             \
    X(tpidr_el0, MESS)                                                                             \
    X(tpidrro_el0, MESS)                                                                           \
    X(cntkctl_el1, 3)                                                                              \
    X(cntv_cval_el0, MESS)                                                                         \
    X(cntp_cval_el0, MESS)                                                                         \
    X(cntv_ctl_el0, 2)                                                                             \
    X(cntp_ctl_el0, 2)                                                                             \
    X(mair_el1, MESS)                                                                              \
    X(far_el1, MESS)                                                                               \
    X(par_el1, 0x5a001)                                                                            \
    X(ttbr0_el1, 0x5a000)                                                                          \
    X(ttbr1_el1, 0x5a000)                                                                          \
    X(tcr_el1, 16)                                                                                 \
    X(csselr_el1, 1)                                                                               \
    X(esr_el1, 0x5a)                                                                               \
    X(sp_el0, MESS)                                                                                \
    X(cpacr_el1, 3 << 20)

#define KEYS(X)                                                                                    \
    X(S3_0_C2_C1_0, MESS)                                                                          \
    X(S3_0_C2_C1_1, MESS)                                                                          \
    X(S3_0_C2_C1_2, MESS)                                                                          \
    X(S3_0_C2_C1_3, MESS)                                                                          \
    X(S3_0_C2_C2_0, MESS)                                                                          \
    X(S3_0_C2_C2_1, MESS)                                                                          \
    X(S3_0_C2_C2_2, MESS)                                                                          \
    X(S3_0_C2_C2_3, MESS)                                                                          \
    X(S3_0_C2_C3_0, MESS)                                                                          \
    X(S3_0_C2_C3_1, MESS)

/* The CPU interface of both groups: handling something, Group 0 on; what follows is binary points.
 */
#define INTERFACE(X)                                                                               \
    X(S3_0_C12_C9_0, 1 << 20)                                                                      \
    X(S3_0_C12_C8_4, 1 << 20)                                                                      \
    X(S3_0_C12_C12_6, 1)
#define POINTS(X)                                                                                  \
    X(S3_0_C12_C12_3, 6)                                                                           \
    X(S3_0_C12_C8_3, 6)
#define POINT_LEAST 3 /* the more bits a priority has the less it is */

static unsigned found, set;

static void call(uint64_t id)
{
    register uint64_t x0 __asm__("x0") = id;

    __asm__ volatile("hvc #0" : "+r"(x0) : : "x1", "x2", "x3", "memory");
}

static void fail(void)
{
    text("exception\r\n");
    call(SYSTEM_OFF);
    for (;;) {}
}

void on_sync(void)
{
    fail();
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
    fail();
}

static void look(const char *name, uint64_t value)
{
    if (value != 0) {
        text("left in ");
        text(name);
        text("\r\n");
        found++;
    }
}

#define LOOK(name, value) look(#name, read_reg(name));
#define LOOK_POINT(name, value) look(#name, read_reg(name) > POINT_LEAST);
#define LEAVE(name, value)                                                                         \
    write_reg(name, value);                                                                        \
    set += read_reg(name) != 0;

void guest(const uint8_t *tree)
{
    (void)tree;
    COUNTERS(LOOK)
    OTHERS(LOOK)
    DEBUG(LOOK)
    if (PAUTH) {
        KEYS(LOOK)
    }
#if TN_GICR
    INTERFACE(LOOK)
    POINTS(LOOK_POINT)
#endif
    write_reg(oslar_el1, 0); /* or it keeps debug exceptions back */
    COUNTERS(LEAVE)
    OTHERS(LEAVE)
    DEBUG(LEAVE)
    if (PAUTH) {
        KEYS(LEAVE)
    }
#if TN_GICR
    INTERFACE(LEAVE)
    POINTS(LEAVE)
#endif
    text(found == 0 && set >= 30 ? "clean\r\n" : "not clean\r\n");
    call(SYSTEM_RESET);
    fail();
}
