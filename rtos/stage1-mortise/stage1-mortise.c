/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guard pages on Mortise.  A program begins without a stage 1: HCR_EL2.DC makes its memory
 * cacheable, and SCTLR_EL1.M has no effect.  So the tables are written through the caches that read
 * them, everything is set up, and the hypercall ends DC: there is no moment without caches.  What
 * is writable, executable or a device stays stage 2's matter; here every address is itself, normal
 * memory with all rights.
 */
#include <malloc.h>
#include <tn/errno.h>
#include <tn/fill.h>
#include <tn/hypercall.h>
#include <tn/stage1.h>
#include <tn/sysreg.h>

#define LEVEL1_SHIFT 30
#define LEVEL2_SHIFT 21
#define FIRST_LEVEL (TN_STAGE1_BITS > 30 ? 1 : 2)
#define SHIFT (FIRST_LEVEL == 1 ? LEVEL1_SHIFT : LEVEL2_SHIFT)
#define BLOCK (TN_PTE_BLOCK | TN_PTE_SHARED | TN_PTE_ACCESSED | TN_PTE_UXN)

/* Attribute 0: Normal Write-Back. */
#define MAIR 0xffull
/* TCR_EL1: TTBR1 off, walks Write-Back and inner shareable, 4 KiB. */
#define TCR (1ull << 23 | 3ull << 12 | 1ull << 10 | 1ull << 8 | (64 - TN_STAGE1_BITS))
#define TCR_IPS_SHIFT 32
#define PARANGE_48 5u
/* SCTLR_EL1: M, C, I beside what is there. */
#define SCTLR_ON (1ull << 0 | 1ull << 2 | 1ull << 12)

extern char __image_start[], __heap_start[];

static uint64_t *root;

/*
 * What holds the code cannot be replaced while the code runs: it is split before the tables are in
 * use, as far as there is memory beside it that will want guards.  0: no memory.
 */
static uint64_t split_code(uint64_t entry, unsigned level)
{
    uintptr_t code = (uintptr_t)__image_start;
    uint64_t table, *below;

    if (level == 2 && code >> LEVEL2_SHIFT != (uintptr_t)__heap_start >> LEVEL2_SHIFT) {
        return entry;
    }
    table = tn_stage1_split(entry, level);
    if (level == 1 && table != 0) {
        below = (uint64_t *)(uintptr_t)(table & TN_PTE_ADDRESS);
        below += code >> LEVEL2_SHIFT & (TN_STAGE1_ENTRIES - 1);
        *below = split_code(*below, 2);
        return *below != 0 ? table : 0;
    }
    return table;
}

static uint64_t first_entry(uint64_t at)
{
    return at >> SHIFT == (uintptr_t)__image_start >> SHIFT ? split_code(at | BLOCK, FIRST_LEVEL)
                                                            : at | BLOCK;
}

int tn_stage1_start(void)
{
    uint64_t *table = memalign(TN_STAGE1_PAGE, TN_STAGE1_PAGE);

    if (table == NULL) {
        return TN_ENOMEM;
    }
    tn_fill(table, 0, TN_STAGE1_PAGE);
    for (uint64_t i = 0; i < 1ull << (TN_BOARD_IPA_BITS - SHIFT); i++) {
        table[i] = first_entry(i << SHIFT);
        if (table[i] == 0) {
            free(table);
            return TN_ENOMEM;
        }
    }
    table[TN_STAGE1_SELF] = (uintptr_t)table | TN_PTE_BELOW;
    root = table;
    tn_stage1_join();
    return TN_OK;
}

void tn_stage1_join(void)
{
    uint64_t range = tn_sysreg_read(id_aa64mmfr0_el1) & 0xf;

    if (root == NULL) {
        return;
    }
    tn_sysreg_write(mair_el1, MAIR);
    tn_sysreg_write(tcr_el1, TCR | (range < PARANGE_48 ? range : PARANGE_48) << TCR_IPS_SHIFT);
    tn_sysreg_write(ttbr0_el1, (uintptr_t)root);
    tn_sysreg_write(sctlr_el1, tn_sysreg_read(sctlr_el1) | SCTLR_ON);
    /* The tables are complete before they can be walked.  The call synchronises the rest. */
    tn_dsb(ish);
    tn_hypercall1(TN_HC_MAP_ON, 0);
}
