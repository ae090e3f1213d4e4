/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the memory that the image and the partitions' RAM take RAM?  One pass over the boot loader's
 * device tree (Devicetree Specification 0.4, 3.4): the root's cell counts, then each memory node's
 * banks.
 */
#include <libfdt.h>
#include <tn/hv/partition.h>
#include <tn/hv/report.h>

#define MAX_SIZE HV_BLOCK /* of the tree: the boot protocol's limit */
#define DEPTH_ROOT 1
#define DEPTH_CHILD 2

#define MAX_RANGES (1 + TN_IMAGE_MAX_PARTITIONS)

/* What must be in one bank. */
struct range {
    uint64_t start, end;
    const char *name; /* of the partition; NULL: the image */
    bool found;
};

/* Where the pass is. */
struct pass {
    struct range ranges[MAX_RANGES];
    unsigned count;
    uint32_t address_cells, size_cells;
    int depth;
    bool in_memory;
};

static TN_NORETURN void refuse(const char *text)
{
    tn_hv_text("mortise: ");
    tn_hv_text(text);
    tn_hv_stop();
}

static uint64_t number(const fdt32_t *cells, uint32_t count)
{
    uint64_t value = 0;

    for (; count > 0; count--) {
        value = value << 32 | fdt32_to_cpu(*cells++);
    }
    return value;
}

static bool equal(const char *a, const char *b)
{
    while (*a == *b && *a != '\0') {
        a++;
        b++;
    }
    return *a == *b;
}

/* `memory` or `memory@...`. */
static bool is_memory(const char *name)
{
    const char *memory = "memory";

    while (*memory != '\0' && *name == *memory) {
        name++;
        memory++;
    }
    return *memory == '\0' && (*name == '\0' || *name == '@');
}

static void on_banks(struct pass *pass, const fdt32_t *cells, int bytes)
{
    uint32_t step = pass->address_cells + pass->size_cells;
    int count = step == 0 ? 0 : bytes / (int)(step * sizeof(fdt32_t));

    for (; count > 0; count--, cells += step) {
        uint64_t base = number(cells, pass->address_cells);
        uint64_t size = number(cells + pass->address_cells, pass->size_cells);

        for (unsigned i = 0; i < pass->count; i++) {
            struct range *range = &pass->ranges[i];

            range->found |= range->start >= base && range->end - base <= size;
        }
    }
}

static void on_property(struct pass *pass, const void *tree, int offset)
{
    const char *name;
    int size;
    const fdt32_t *cells = fdt_getprop_by_offset(tree, offset, &name, &size);

    if (cells == NULL) {
        refuse("the boot loader's device tree is damaged");
    }
    if (pass->depth == DEPTH_CHILD && pass->in_memory && equal(name, "reg")) {
        on_banks(pass, cells, size);
    } else if (pass->depth == DEPTH_ROOT && size == sizeof(*cells)) {
        /* More than two cells an address do not fit; such a tree has no bank for us. */
        if (equal(name, "#address-cells")) {
            pass->address_cells = fdt32_to_cpu(*cells) & 3;
        } else if (equal(name, "#size-cells")) {
            pass->size_cells = fdt32_to_cpu(*cells) & 3;
        }
    }
}

static void walk(struct pass *pass, const void *tree)
{
    int offset = 0;
    int next;
    uint32_t tag;

    while ((tag = fdt_next_tag(tree, offset, &next)) != FDT_END) {
        if (tag == FDT_BEGIN_NODE) {
            const struct fdt_node_header *node = fdt_offset_ptr(tree, offset, sizeof(*node));

            pass->depth++;
            pass->in_memory = pass->depth == DEPTH_CHILD && is_memory(node->name);
        } else if (tag == FDT_END_NODE) {
            pass->depth--;
        } else if (tag == FDT_PROP && pass->depth <= DEPTH_CHILD) {
            on_property(pass, tree, offset);
        }
        offset = next;
    }
    if (next < 0) {
        refuse("the boot loader's device tree is damaged");
    }
}

/* The tree, mapped: first its header, whose size says how much more. */
static const void *map_tree(uint64_t pa)
{
    const void *tree;

    if (pa == 0 || pa % 8 != 0) {
        refuse("the boot loader hands over no device tree, and this image wants one");
    }
    tree = tn_hv_map_boot(HV_VA_DTB, pa, sizeof(struct fdt_header));
    if (fdt_magic(tree) != FDT_MAGIC || fdt_totalsize(tree) > MAX_SIZE) {
        refuse("what the boot loader hands over is not a device tree");
    }
    tree = tn_hv_map_boot(HV_VA_DTB, pa, fdt_totalsize(tree));
    if (fdt_check_header(tree) != 0) {
        refuse("the boot loader's device tree is damaged");
    }
    return tree;
}

/* More regions than there is room for are the builder's mistake; it gives a partition one. */
static void add_partition(struct pass *pass, const struct tn_partition_desc *desc)
{
    const struct tn_region *regions = tn_desc_regions(desc);

    for (unsigned i = 0; i < desc->region_count && pass->count < MAX_RANGES; i++) {
        if (regions[i].kind == TN_REGION_RAM) {
            struct range *range = &pass->ranges[pass->count++];

            range->start = regions[i].source;
            range->end = CONFIG_COLOURED > 0 ? tn_region_end(&regions[i])
                                             : regions[i].source + regions[i].size;
            range->name = desc->name;
            range->found = false;
        }
    }
}

static TN_NORETURN void refuse_range(const struct range *range)
{
    if (range->name == NULL) {
        tn_hv_text("mortise: the image takes ");
    } else {
        tn_hv_text("mortise: partition \"");
        tn_hv_text(range->name);
        tn_hv_text("\" takes ");
    }
    tn_hv_hex(range->start, 12);
    tn_hv_text("..");
    tn_hv_hex(range->end, 12);
    tn_hv_text(", which is not RAM by the boot loader's device tree");
    tn_hv_stop();
}

static void check_ram(const struct tn_hv_boot *boot)
{
    static struct pass pass;

    pass.address_cells = 2; /* 2.3.5: without the properties */
    pass.size_cells = 1;
    pass.ranges[0].start = boot->base;
    pass.ranges[0].end = boot->base + boot->image.info->memory_size;
    pass.count = 1;
    for (unsigned i = 0; i < boot->image.toc->partition_count; i++) {
        add_partition(&pass, tn_image_desc(&boot->image, i));
    }
    walk(&pass, map_tree(boot->dtb));
    for (unsigned i = 0; i < pass.count; i++) {
        if (!pass.ranges[i].found) {
            refuse_range(&pass.ranges[i]);
        }
    }
}

TN_HV_BOOT_CHECK(check_ram);
