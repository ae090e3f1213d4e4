/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an image without partitions does before its program: check the image and build the tables
 * of the program's exception level from the same descriptor from which Mortise would build stage 2.
 * Runs once with the MMU off at the image's physical address, so it has no static data, and no
 * pointer in constants.  What differs between EL1 and EL2 is in boot_attributes().
 */
#include <tn/boot_map.h>

#include <tn/board.h>
#include <tn/compiler.h>
#include <tn/fill.h>
#include <tn/image.h>
#include <tn/sysreg.h>
#include <tn/uart.h>

#define PAGE 0x1000u
#define BLOCK_SHIFT 21
#define BLOCK (1u << BLOCK_SHIFT)
#define GIB_SHIFT 30
#define TABLE_ENTRIES 512u

/*
 * The root is at level 2 where fewer than its 512 entries of 2 MiB reach, else at level 1.  Its
 * last one is the root itself, so that the program finds the tables (rtos/stage1): they are read as
 * pages there, and what leads to them has a page's attributes.
 */
#define ROOT_AT_LEVEL_2 (TN_BOARD_IPA_BITS < GIB_SHIFT)

#define PTE_TABLE 3u
#define PTE_PAGE 3u
#define PTE_BLOCK 1u
#define PTE_ADDRESS 0x0000fffffffff000ull

struct tables {
    uint64_t *root;
    uint64_t *next;
    uint64_t *end;
};

void boot_stop(const char *text)
{
    while (*text != '\0') {
        tn_uart_putc(TN_BOARD_CONSOLE_BASE, *text++);
    }
    for (;;) {
        tn_wfi();
    }
}

static void clean_lines(uint64_t from, uint64_t to)
{
    uint64_t line = 4ull << (tn_sysreg_read(ctr_el0) >> 16 & 0xf);

    tn_dsb(sy);
    for (; from < to; from += line) {
        __asm__ volatile("dc ivac, %0" : : "r"(from) : "memory");
    }
    tn_dsb(sy);
}

/* Tables are written past the caches: no old line may be written back over them, or hit. */
static void clear_table(uint64_t *table)
{
    clean_lines((uintptr_t)table, (uintptr_t)table + PAGE);
    tn_fill(table, 0, PAGE);
}

static uint64_t *table_below(struct tables *t, uint64_t *entry)
{
    if (*entry == 0) {
        if (t->next == t->end) {
            boot_stop("tenon: BARE_TABLES is too small for this image\r\n");
        }
        clear_table(t->next);
        *entry = (uintptr_t)t->next | (PTE_TABLE | BOOT_BELOW);
        t->next += TABLE_ENTRIES;
    }
    return (uint64_t *)(*entry & PTE_ADDRESS);
}

static void map(struct tables *t, uint64_t va, uint64_t pa, uint64_t size, uint64_t attributes)
{
    for (uint64_t end = va + size; va < end;) {
        uint64_t *level2 = ROOT_AT_LEVEL_2 ? t->root : table_below(t, &t->root[va >> GIB_SHIFT]);
        uint64_t *entry = &level2[va >> BLOCK_SHIFT & (TABLE_ENTRIES - 1)];

        if (((va | pa) & (BLOCK - 1)) == 0 && va + BLOCK <= end) {
            *entry = pa | attributes | PTE_BLOCK;
            va += BLOCK;
            pa += BLOCK;
        } else {
            table_below(t, entry)[va / PAGE & (TABLE_ENTRIES - 1)] = pa | attributes | PTE_PAGE;
            va += PAGE;
            pa += PAGE;
        }
    }
}

static const struct tn_partition_desc *check(struct tn_image *image, uint64_t base)
{
    const struct tn_image_info *info = (const void *)(base + TN_IMAGE_INFO_OFFSET);
    struct tn_desc_limits limits = {
        .ipa_size = 1ull << TN_BOARD_IPA_BITS,
        .image_base = base,
        .cpu_count = TN_BOARD_CPUS,
    };

    if (tn_image_open(image, (const void *)base, info->file_size) != TN_IMAGE_OK ||
        tn_image_check_each(image, &limits) != TN_IMAGE_OK) {
        boot_stop("tenon: the image is corrupt; 'tnimage verify' says more\r\n");
    }
    return tn_image_desc(image, 0);
}

/* `base`: of the image; `memory`: its first page is the root, CONFIG_BARE_TABLES follow. */
struct boot_program boot_map(uint64_t base, uint64_t memory)
{
    uint64_t end = memory + (CONFIG_BARE_TABLES + 1) * (uint64_t)PAGE;
    struct tables t = {
        .root = (uint64_t *)memory,
        .next = (uint64_t *)(memory + PAGE),
        .end = (uint64_t *)end,
    };
    struct tn_image image;
    const struct tn_partition_desc *desc;
    const struct tn_region *regions;

    tn_uart_init(TN_BOARD_CONSOLE_BASE); /* for the program, too */
    desc = check(&image, base);
    regions = tn_desc_regions(desc);

    clear_table(t.root);
    t.root[TABLE_ENTRIES - 1] = memory | (PTE_TABLE | BOOT_BELOW);
    for (unsigned i = 0; i < desc->region_count; i++) {
        uint64_t pa = regions[i].source + (regions[i].kind == TN_REGION_DEVICE ? 0 : base);

        map(&t, regions[i].ipa, pa, regions[i].size, boot_attributes(&regions[i]));
    }
    clean_lines(memory, (uintptr_t)t.next);
    return (struct boot_program){.entry = desc->entry, .root = memory};
}
