/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tnpack inspect: a verified image as JSON.  Numbers are plain integers, capabilities a mask:
 * their names are in tn/abi/cap.h, which tnimage reads.
 */
#include "tnpack.h"

#include <inttypes.h>
#include <stdio.h>

/* A checked name: printable, but it may hold what JSON reserves. */
static void put_name(const char *key, const char *name)
{
    printf("\"%s\": \"", key);
    for (; *name != '\0'; name++) {
        printf(*name == '"' || *name == '\\' ? "\\%c" : "%c", *name);
    }
    putchar('"');
}

static void put_info(const struct tn_image_info *info)
{
    printf("  \"info\": {\"version\": %u, \"flags\": %u, \"sha256_at_boot\": %s, "
           "\"file_size\": %u, \"memory_size\": %u, \"hv_bss_offset\": %u, "
           "\"hv_bss_size\": %u, \"info_crc\": %u},\n",
           info->version, info->flags, info->flags & TN_IMAGE_SHA256_AT_BOOT ? "true" : "false",
           info->file_size, info->memory_size, info->hv_bss_offset, info->hv_bss_size,
           info->info_crc);
    printf("  \"toc\": {\"offset\": %u, \"size\": %u, \"crc\": %u},\n", info->toc_offset,
           info->toc_size, info->toc_crc);
    printf("  \"report\": {\"offset\": %u, \"size\": %u, \"crc\": %u},\n", info->report_offset,
           info->report_size, info->report_crc);
}

static void put_regions(const struct tn_partition_desc *desc)
{
    static const char *const kinds[] = {"",    "image", "memory",    "device",
                                        "ram", "load",  "registers", "pool"};

    printf("     \"regions\": [");
    for (unsigned i = 0; i < desc->region_count; i++) {
        const struct tn_region *region = &tn_desc_regions(desc)[i];

        printf("%s\n      {\"kind\": \"%s\", \"ipa\": %" PRIu64 ", \"size\": %" PRIu64
               ", \"source\": %" PRIu64 ", \"access\": \"%s%s%s%s%s\"",
               i ? "," : "", kinds[region->kind], region->ipa, region->size, region->source,
               region->access & TN_ACCESS_R ? "r" : "", region->access & TN_ACCESS_W ? "w" : "",
               region->access & TN_ACCESS_X ? "x" : "",
               region->access & TN_ACCESS_SHARED ? "s" : "",
               region->access & TN_ACCESS_UNCACHED ? "u" : "");
        if (region->colours != 0) {
            printf(", \"colours\": %u, \"span\": %" PRIu64, region->colours,
                   tn_region_end(region) - region->source);
        }
        printf("}");
    }
    printf("],\n");
}

static void put_irqs(const struct tn_partition_desc *desc)
{
    printf("     \"irqs\": [");
    for (unsigned i = 0; i < desc->irq_count; i++) {
        const struct tn_irq_desc *irq = &tn_desc_irqs(desc)[i];

        printf("%s{\"intid\": %u, \"edge\": %s, \"priority\": %u}", i ? ", " : "", irq->intid,
               irq->flags & TN_IRQ_EDGE ? "true" : "false", irq->priority);
    }
    printf("],\n     \"doorbells\": [");
    for (unsigned i = 0; i < desc->doorbell_count; i++) {
        printf("%s%u", i ? ", " : "", tn_desc_doorbells(desc)[i]);
    }
    printf("]}");
}

static const char *mode_name(unsigned mode)
{
    return mode == TN_MODE_BYPASS ? "bypass" : mode == TN_MODE_NATIVE ? "native" : "tenon";
}

static void put_partition(const struct tn_image *image, unsigned index)
{
    const struct tn_image_partition *partition = &image->partitions[index];
    const struct tn_partition_desc *desc = (const void *)(image->bytes + partition->desc_offset);
    const char *comma = "";

    printf("%s\n    {", index ? "," : "");
    put_name("name", partition->name);
    printf(", \"mode\": \"%s\", \"entry\": %" PRIu64 ", \"caps\": %" PRIu64 ", \"cpus\": [",
           mode_name(desc->mode), desc->entry, desc->caps);
    for (unsigned cpu = 0; cpu < 64; cpu++) {
        if (desc->cpus >> cpu & 1) {
            printf("%s%u", comma, cpu);
            comma = ", ";
        }
    }
    printf("],\n     \"desc\": {\"offset\": %u, \"size\": %u, \"crc\": %u},\n",
           partition->desc_offset, partition->desc_size, partition->desc_crc);
    printf("     \"first_segment\": %u, \"segment_count\": %u, \"sha256\": \"",
           partition->first_segment, partition->segment_count);
    for (unsigned i = 0; i < sizeof(partition->sha256); i++) {
        printf("%02x", partition->sha256[i]);
    }
    printf("\",\n");
    printf("     \"watchdog_ms\": %u,\n", desc->watchdog_ms);
    printf("     \"restart\": {\"policy\": %u, \"times\": %u, \"window_ms\": %u},\n", desc->restart,
           desc->restart_times, desc->restart_window_ms);
    put_regions(desc);
    put_irqs(desc);
}

void inspect(const struct tn_image *image)
{
    printf("{\n  ");
    put_name("name", image->toc->name);
    printf(", ");
    put_name("board", image->toc->board);
    printf(", \"cpu_count\": %u,\n", image->toc->cpu_count);
    put_info(image->info);
    printf("  \"partitions\": [");
    for (unsigned i = 0; i < image->toc->partition_count; i++) {
        put_partition(image, i);
    }
    printf("],\n  \"segments\": [");
    for (unsigned i = 0; i < image->toc->segment_count; i++) {
        const struct tn_image_segment *segment = &image->segments[i];

        printf("%s\n    {\"offset\": %u, \"size\": %u, \"crc\": %u, \"partition\": ", i ? "," : "",
               segment->offset, segment->size, segment->crc);
        if (segment->partition == TN_SEGMENT_MORTISE) {
            printf("null}");
        } else {
            printf("%u}", segment->partition);
        }
    }
    printf("]\n}\n");
}
