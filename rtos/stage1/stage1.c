/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guard pages: the entry of a page loses its valid bit and gets it back.  What was a block is
 * first replaced by a table; tables come from the heap and stay.
 */
#include <malloc.h>
#include <stdbool.h>
#include <tn/abi/layout.h>
#include <tn/compiler.h>
#include <tn/errno.h>
#include <tn/guard.h>
#include <tn/kernel.h>
#include <tn/mutex.h>
#include <tn/stage1.h>

#define PAGE TN_STAGE1_PAGE
#define PAGE_SHIFT 12
#define LEVEL_SHIFT 9
#define LEVEL2_SHIFT (PAGE_SHIFT + LEVEL_SHIFT)
#define LEVEL1_SHIFT (LEVEL2_SHIFT + LEVEL_SHIFT)
#define FIRST_LEVEL (TN_STAGE1_BITS > 30 ? 1 : 2)

/* Where the tables of a level appear, as one array of all its entries. */
#define SELF ((uint64_t)TN_STAGE1_SELF)
#define PAGES (SELF << (FIRST_LEVEL == 1 ? LEVEL1_SHIFT : LEVEL2_SHIFT))
#define LEVEL2 (PAGES + (PAGES >> LEVEL_SHIFT))
#define LEVEL1 (LEVEL2 + (PAGES >> 2 * LEVEL_SHIFT))

/* With one CPU nobody else has anything cached. */
#if CONFIG_CPUS > 1
#define LOCAL "is"
#define DOMAIN "ish"
#else
#define LOCAL ""
#define DOMAIN "nsh"
#endif

extern char __heap_start[];
extern const volatile struct tn_layout tn_layout; /* filled in after the link */

static struct tn_mutex lock = {.kind = TN_MUTEX_INHERIT};
static bool started;

static uint64_t *entry_of(uint64_t level, unsigned shift, uintptr_t at)
{
    return (uint64_t *)(uintptr_t)(level + (at >> shift) * sizeof(uint64_t));
}

uint64_t tn_stage1_split(uint64_t entry, unsigned level)
{
    uint64_t *table = memalign(PAGE, PAGE);
    uint64_t each = level == 1 ? 1ull << LEVEL2_SHIFT : PAGE;
    uint64_t kind = level == 1 ? TN_PTE_BLOCK : TN_PTE_PAGE;

    if (table == NULL) {
        return 0;
    }
    for (uint64_t i = 0; i < TN_STAGE1_ENTRIES; i++) {
        table[i] = ((entry & ~TN_PTE_TABLE) | kind) + i * each;
    }
    return (tn_kernel_translate((uintptr_t)table) & TN_PTE_ADDRESS) | TN_PTE_BELOW;
}

/*
 * Break before make (Arm ARM D5.10.1): of the same address a block and a page must not be cached
 * at once.  Between the two stores nothing of the block can be accessed, not even the stack if it
 * is in there: registers only, interrupts masked.  The tables are reached by other addresses, and
 * code is in no block with writable memory (tn_stage1_start()).
 */
static void replace(uint64_t *entry, uint64_t table)
{
    uint64_t daif = tn_kernel_lock();

    __asm__ volatile("dsb ishst\n\t" /* the table is complete */
                     "str xzr, [%0]\n\t"
                     "dsb ishst\n\t"
                     "tlbi vmalle1" LOCAL "\n\t"
                     "dsb " DOMAIN "\n\t"
                     "isb\n\t"
                     "str %1, [%0]\n\t"
                     "dsb ishst\n\t"
                     "isb"
                     :
                     : "r"(entry), "r"(table)
                     : "memory");
    tn_kernel_unlock(daif);
}

/* A table below this entry, made if it is a block.  False: no memory, or nothing is mapped. */
static bool descend(uint64_t *entry, unsigned level)
{
    uint64_t table;

    if ((*entry & TN_PTE_TABLE) != TN_PTE_BLOCK) {
        return (*entry & TN_PTE_VALID) != 0;
    }
    table = tn_stage1_split(*entry, level);
    if (table == 0) {
        return false;
    }
    replace(entry, table);
    return true;
}

/* The entry of the page at `at`, or NULL. */
static uint64_t *page_entry(uintptr_t at)
{
    if (FIRST_LEVEL == 1 && !descend(entry_of(LEVEL1, LEVEL1_SHIFT, at), 1)) {
        return NULL;
    }
    return descend(entry_of(LEVEL2, LEVEL2_SHIFT, at), 2) ? entry_of(PAGES, PAGE_SHIFT, at) : NULL;
}

/* All or nothing: first every table that it takes, then the entries. */
static int guard(uintptr_t at, size_t size)
{
    for (uintptr_t page = at; page - at < size; page += PAGE) {
        if (page_entry(page) == NULL) {
            return TN_ENOMEM;
        }
    }
    for (uintptr_t page = at; page - at < size; page += PAGE) {
        *(volatile uint64_t *)entry_of(PAGES, PAGE_SHIFT, page) &= ~TN_PTE_VALID;
    }
    /* The table walker sees the entries before what it had is forgotten, and that is done before
     * anybody is told of the stack. */
    tn_dsb(ishst);
    for (uintptr_t page = at; page - at < size; page += PAGE) {
        __asm__ volatile("tlbi vaae1" LOCAL ", %0" : : "r"(page >> PAGE_SHIFT) : "memory");
    }
    __asm__ volatile("dsb " DOMAIN "\n\tisb" : : : "memory");
    return TN_OK;
}

/* With the first guard come those of the stacks that were there before. */
static bool start(void)
{
    if (!started && tn_stage1_start() == TN_OK) {
        started = tn_guard_fixed(guard);
    }
    return started;
}

int tn_guard_set(void *at, size_t size)
{
    int result;

    tn_mutex_lock(&lock);
    result = start() ? guard((uintptr_t)at, size) : TN_ENOMEM;
    tn_mutex_unlock(&lock);
    return result;
}

/* An entry that was not valid is in no TLB: nothing to forget. */
void tn_guard_clear(void *at, size_t size)
{
    for (uintptr_t page = (uintptr_t)at; page - (uintptr_t)at < size; page += PAGE) {
        *(volatile uint64_t *)entry_of(PAGES, PAGE_SHIFT, page) |= TN_PTE_VALID;
    }
    tn_dsb(ishst);
    tn_isb();
}

void tn_guard_prepare(void)
{
    if (!start()) {
        return;
    }
    for (uintptr_t at = (uintptr_t)__heap_start; at < tn_layout.heap_end;
         at = TN_ALIGN_UP(at + 1, (uintptr_t)1 << LEVEL2_SHIFT)) {
        started = started && page_entry(at) != NULL;
    }
}

void tn_guard_join(void)
{
    tn_stage1_join();
}
