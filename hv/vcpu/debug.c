/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debug registers of a kernel that shares its CPU: breakpoints, watchpoints, single step.  They are
 * lent as FP registers are: an access traps and loads them, and who had them loaded when it gave
 * way has them saved.  Only one that has debug exceptions enabled gets them back without asking.
 */
#include <tn/hv/vcpu.h>

#include <tn/sysreg.h>

#include "internal.h"

#define MDCR_DEBUG (7ull << 9)                            /* TDA, TDOSA, TDRA: they trap */
#define MDSCR_ARMED (1ull << 15 | 1ull << 13 | 1ull << 0) /* MDE, KDE, SS */
#define OSLSR_LOCKED (1u << 1)

/* ID_AA64DFR0_EL1: numbers less 1. */
#define DFR0_BREAKPOINTS(dfr0) ((unsigned)((dfr0) >> 12 & 0xf) + 1)
#define DFR0_WATCHPOINTS(dfr0) ((unsigned)((dfr0) >> 20 & 0xf) + 1)
#define POINTS 32u /* of both kinds, at most; control and value each */

/* Volatile: to clear it shall not become a call of memset, which Mortise does without. */
static volatile uint64_t points[2 * POINTS];
static uint64_t mdscr, mdccint, osdlr;
static bool locked; /* OSLSR_EL1.OSLK */
static bool loaded; /* the CPU's registers are this guest's, and it has access */
static bool armed;  /* they can cause exceptions: it needs them whenever it runs */

static void trap(bool on)
{
    uint64_t mdcr = tn_sysreg_read(mdcr_el2) & ~MDCR_DEBUG;

    tn_sysreg_write(mdcr_el2, on ? mdcr | MDCR_DEBUG : mdcr);
}

void vcpu_debug_begin(void)
{
    for (unsigned i = 0; i < 2 * POINTS; i++) {
        points[i] = 0;
    }
    mdscr = mdccint = osdlr = 0;
    locked = true;
    loaded = armed = false;
    trap(true);
}

void vcpu_debug_drop(void)
{
    if (loaded) {
        tn_sysreg_write(mdscr_el1, 0);
        loaded = armed = false;
        trap(true);
    }
}

/* Before MDCR_EL2 is saved, so that it comes back with the traps set. */
void vcpu_debug_save(void)
{
    uint64_t dfr0 = tn_sysreg_read(id_aa64dfr0_el1);

    if (!loaded) {
        return;
    }
    mdscr = tn_sysreg_read(mdscr_el1);
    mdccint = tn_sysreg_read(mdccint_el1);
    osdlr = tn_sysreg_read(osdlr_el1);
    locked = tn_sysreg_read(oslsr_el1) & OSLSR_LOCKED;
    vcpu_points_store((uint64_t *)points, DFR0_BREAKPOINTS(dfr0), DFR0_WATCHPOINTS(dfr0));
    vcpu_debug_drop();
    armed = mdscr & MDSCR_ARMED;
}

bool tn_vcpu_debug_load(void)
{
    uint64_t dfr0 = tn_sysreg_read(id_aa64dfr0_el1);

    if (loaded) {
        return false;
    }
    /* Under the OS lock MDSCR_EL1 takes all of its bits (Arm ARM D13.3.20). */
    tn_sysreg_write(osdlr_el1, osdlr);
    tn_sysreg_write(oslar_el1, 1);
    tn_isb();
    vcpu_points_fetch((const uint64_t *)points, DFR0_BREAKPOINTS(dfr0), DFR0_WATCHPOINTS(dfr0));
    tn_sysreg_write(mdccint_el1, mdccint);
    tn_sysreg_write(mdscr_el1, mdscr);
    tn_isb();
    tn_sysreg_write(oslar_el1, locked);
    trap(false);
    loaded = true;
    return true;
}

void vcpu_debug_restore(void)
{
    if (armed) {
        (void)tn_vcpu_debug_load();
    }
}
