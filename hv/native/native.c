/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From Mortise's own address space to that of the program at EL2, and back.  The two agree in slot
 * 1, by one table page, and all that runs in between lies there; so what has to be seen to is that
 * slot 1 is found in each step, since TTBR0_EL2 and TCR_EL2 cannot be written as one.
 *
 * Mortise's root has 64 entries and is at level 2.  The program's root is at level 2 as well, and
 * begins with the same 64 slots, or, with more than 30 bits of address, at level 1.  There entry 1
 * stands for a whole GiB of the program, but read at level 2 it is slot 1: while one register is
 * the old and the other the new, entry 1 is what Mortise's is.
 */
#include <tn/hv/native.h>

#include <stddef.h>
#include <tn/hv/map.h>
#include <tn/hv/stage2.h>
#include <tn/sysreg.h>

#define HCR_IMO (1ull << 4)
#define HCR_AMO (1ull << 5)
#define HCR_RW (1ull << 31)
#define CPTR_OPEN 0x33ffu /* RES1 bits; FP and SIMD are the program's */
#define CNTHCTL_OPEN 3u
#define PMCR_N(pmcr) ((pmcr) >> 11 & 0x1f)
#define T0SZ_MASK 0x3full
/* What HV_PTE_UNCACHED chooses; types 0 and 1 are as ever. */
#define MAIR_UNCACHED (0x44ull << 16)

#define OWN_LEVEL2 ((volatile uint64_t *)HV_VA_TABLES + HV_L2_INDEX)
#define SLOT 1u

volatile uint64_t *tn_hv_native_load;

static uint64_t own_ttbr, own_tcr;

static void forget(void)
{
    tn_dsb(ish); /* the walker sees the tables before what it knew of them goes */
    tn_tlbi(alle2);
    tn_dsb(nsh);
    tn_isb();
}

bool tn_hv_native_join(void)
{
    uint64_t *entry = tn_hv_stage2_entry(HV_VA_IMAGE);
    uint64_t *load = tn_hv_stage2_entry(HV_VA_LOAD);

    if (entry == NULL || load == NULL || *entry != 0 || *load != 0) {
        return false;
    }
    *entry = OWN_LEVEL2[SLOT];
    return true;
}

/* Nothing of a guest's is needed on this CPU, and nothing that the boot loader left is kept. */
static void set_el2(void)
{
    tn_sysreg_write(hcr_el2, HCR_RW | HCR_AMO | HCR_IMO);
    tn_sysreg_write(cptr_el2, CPTR_OPEN);
    tn_sysreg_write(hstr_el2, 0);
    tn_sysreg_write(mdcr_el2, PMCR_N(tn_sysreg_read(pmcr_el0)));
    tn_sysreg_write(cnthctl_el2, CNTHCTL_OPEN);
    tn_sysreg_write(cntvoff_el2, 0);
    tn_sysreg_write(cntv_ctl_el0, 0);
    tn_sysreg_write(cntp_ctl_el0, 0);
    tn_sysreg_write(vmpidr_el2, tn_sysreg_read(mpidr_el1)); /* 0 would be a panic's (vectors.S) */
    tn_sysreg_write(mair_el2, HV_MAIR | MAIR_UNCACHED);
}

void tn_hv_native_enter(uint64_t entry)
{
    volatile uint64_t *root = tn_hv_stage2_root();
    uint64_t first = root[SLOT];

    set_el2();
    own_ttbr = tn_sysreg_read(ttbr0_el2);
    own_tcr = tn_sysreg_read(tcr_el2);
    root[SLOT] = OWN_LEVEL2[SLOT];
    forget();
    tn_sysreg_write(ttbr0_el2, tn_hv_stage2_root_pa());
    tn_isb();
    forget();
    tn_sysreg_write(tcr_el2, (own_tcr & ~T0SZ_MASK) | (64 - CONFIG_HV_IPA_BITS));
    tn_isb();
    root[SLOT] = first;
    tn_hv_native_load = tn_hv_stage2_entry(HV_VA_LOAD);
    forget();
    tn_sysreg_write(vbar_el2, entry);
    tn_isb();
    __asm__ volatile("br %0" : : "r"(entry) : "memory");
    __builtin_unreachable();
}

void tn_hv_native_leave(void)
{
    volatile uint64_t *root = tn_hv_stage2_root();

    root[SLOT] = OWN_LEVEL2[SLOT];
    tn_hv_native_load = NULL;
    forget();
    tn_sysreg_write(tcr_el2, own_tcr);
    tn_isb();
    forget();
    tn_sysreg_write(ttbr0_el2, own_ttbr);
    tn_sysreg_write(vbar_el2, HV_VA_IMAGE);
    tn_isb();
    forget();
}
