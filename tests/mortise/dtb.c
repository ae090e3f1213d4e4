/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hv/dtb/dtb.c on the host: `dtb TREE BASE SIZE [RAM SIZE]` says whether Mortise would start an
 * image of SIZE bytes of memory at BASE, with a partition "guest" that has SIZE bytes at RAM, with
 * this device tree.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../hv/dtb/dtb.c"

static void *bytes; /* of exactly the tree's size, so that the sanitizer sees its end */

const void *tn_hv_map_boot(uint64_t va, uint64_t pa, uint64_t size)
{
    (void)va, (void)pa, (void)size;
    return bytes;
}

void tn_hv_text(const char *text)
{
    fputs(text, stdout);
}

void tn_hv_hex(uint64_t value, unsigned digits)
{
    printf("0x%0*llx", (int)digits, (unsigned long long)value);
}

void tn_hv_stop(void)
{
    puts("");
    exit(1);
}

static struct {
    struct tn_partition_desc desc;
    struct tn_region ram;
} partition = {
    .desc = {.name = "guest", .region_count = 1},
    .ram = {.kind = TN_REGION_RAM},
};

const struct tn_partition_desc *tn_image_desc(const struct tn_image *image, unsigned index)
{
    (void)image, (void)index;
    return &partition.desc;
}

int main(int argc, char **argv)
{
    static struct tn_image_toc toc;
    static struct tn_image_info info;
    struct tn_hv_boot boot = {.dtb = 8, .image = {.info = &info, .toc = &toc}};
    FILE *file = fopen(argv[1], "rb");
    long size;

    if ((argc != 4 && argc != 6) || file == NULL || fseek(file, 0, SEEK_END) != 0) {
        return 2;
    }
    size = ftell(file);
    rewind(file);
    bytes = malloc((size_t)size);
    if (fread(bytes, 1, (size_t)size, file) != (size_t)size) {
        return 2;
    }
    fclose(file);
    boot.base = strtoull(argv[2], NULL, 0);
    info.memory_size = (uint32_t)strtoul(argv[3], NULL, 0);
    if (argc == 6) {
        toc.partition_count = 1;
        partition.ram.source = strtoull(argv[4], NULL, 0);
        partition.ram.size = strtoull(argv[5], NULL, 0);
    }
    /* On the target a size beyond the mapped blocks faults; here the file must hold it. */
    if (size < 8 || fdt_totalsize(bytes) > (uint64_t)size) {
        return 3;
    }
    check_ram(&boot);
    free(bytes);
    return 0;
}
