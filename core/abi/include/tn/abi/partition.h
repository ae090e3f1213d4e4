/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The partition descriptor: what a partition may reach, and nothing else is reachable.  The
 * builder's template emits it, the packer stores it, Mortise and the host check it with the
 * same code (image/, tn_desc_check()).  A descriptor that Mortise is handed at run time has
 * the same layout and goes through the same check.  Little-endian.
 */
#ifndef TN_ABI_PARTITION_H
#define TN_ABI_PARTITION_H

#include <stddef.h>
#include <stdint.h>

#define TN_DESC_MAGIC 0x44504e54u /* "TNPD" */
#define TN_DESC_VERSION 2u

/* tn_partition_desc.mode */
#define TN_MODE_BYPASS 1u
#define TN_MODE_TENON 2u
#define TN_MODE_KERNEL 3u /* a kernel that is not ours: raw and linux */
#define TN_MODE_NATIVE 4u /* at EL2, trusted with all: only an image's first partition */

/* tn_region.kind: what `source` means */
#define TN_REGION_IMAGE 1u  /* bytes of the boot image; source: offset in the image */
#define TN_REGION_MEMORY 2u /* writable RAM; source: offset in the image's memory, >= file_size */
#define TN_REGION_DEVICE 3u /* device registers; source: physical address */
#define TN_REGION_RAM 4u    /* writable RAM outside the image's memory; source: physical address */
/*
 * Bytes of the boot image that are copied to `ipa`, in a region of RAM, or of memory that is the
 * partition's alone, before the partition begins; source: offset in the image.  Not mapped.
 */
#define TN_REGION_LOAD 5u
/*
 * Registers that are reached by hypercall group DEVICE alone; source: physical address, as `ipa`.
 * Source and size are multiples of 4; not mapped, and others may have them, too.
 */
#define TN_REGION_REGISTERS 6u
/*
 * Memory that partitions ask for at run time, hypercall group MEMORY; source as of memory, R, W and
 * SHARED, the same region in each partition that has part in it.  Not mapped.
 */
#define TN_REGION_POOL 7u

/* tn_region.access */
#define TN_ACCESS_R 1u
#define TN_ACCESS_W 2u
#define TN_ACCESS_X 4u
/*
 * Not a right of the partition: another one may have the same pages.  Both must say so, and either
 * it is memory, the very same range in exactly two partitions, or the registers that the board
 * has once for each CPU at one address (GICv2's CPU interface).
 */
#define TN_ACCESS_SHARED 8u
/* Memory that is never cached, for a partition with a kernel that can have it only so. */
#define TN_ACCESS_UNCACHED 16u

#define TN_DESC_MAX_REGIONS 64u
#define TN_DESC_MAX_IRQS 256u
#define TN_DESC_MAX_DOORBELLS 64u
#define TN_DESC_MAX_REGISTERS 16u /* regions of that kind */

struct tn_region {
    uint64_t ipa;    /* guest-physical address, page-aligned */
    uint64_t size;   /* bytes, a multiple of the page, not 0 */
    uint64_t source; /* see kind; page-aligned */
    uint16_t kind;
    uint16_t access; /* never W and X together but for RAM; a device is never X */
    /*
     * 0, or of RAM and of MEMORY that is cached: the region has only those pages whose number,
     * source / page, modulo 32 is a bit here, the first at `source`, in ascending order.  An image
     * lies at a multiple of 2 MiB, so that these are the colours of physical pages, too.  Both ends
     * of memory that is shared say the same.
     */
    uint32_t colours;
};

/* tn_irq_desc.flags */
#define TN_IRQ_EDGE 1u       /* edge-triggered, else level */
#define TN_IRQ_DOORBELL 2u   /* no device's: the one partition with it in its doorbells rings it */
#define TN_IRQ_INJECTABLE 4u /* an SPI that a partition with TN_CAP_INJECT may make pending */

struct tn_irq_desc {
    uint16_t intid;   /* GIC INTID, 16..1019: a PPI or an SPI */
    uint8_t flags;    /* TN_IRQ_* */
    uint8_t priority; /* as GICD_IPRIORITYR takes it; 0 is the highest */
};

/*
 * tn_partition_desc.restart: when a partition that has ended begins anew, its memory cleared.  What
 * it asks for itself (PSCI SYSTEM_RESET) is done in every case but the first.
 */
#define TN_RESTART_NEVER 0u
#define TN_RESTART_FAULT 1u  /* after a fault or a status other than 0 */
#define TN_RESTART_ALWAYS 2u /* after any end */
#define TN_RESTART_TIMES_MAX 16u

#define TN_DESC_ON_DEMAND 1u /* not started at boot; may share CPUs with others */
#define TN_DESC_POOL 2u      /* with the other: started at boot after all, and shares its CPU */
#define TN_DESC_SLOT 4u      /* with the first: no program yet; what may be created in it at most */

struct tn_partition_desc {
    uint32_t magic;
    uint16_t version;
    uint16_t desc_size; /* with the arrays behind it */
    char name[32];      /* NUL-terminated and NUL-padded */
    uint64_t entry;     /* guest-physical address of the first instruction */
    uint64_t caps;      /* TN_CAP_* of tn/abi/cap.h */
    uint64_t cpus;      /* bit n: CPU n of the board */
    uint16_t mode;
    uint16_t region_count;
    uint16_t irq_count;
    uint16_t doorbell_count;
    uint8_t restart;            /* TN_RESTART_* */
    uint8_t flags;              /* TN_DESC_* below */
    uint16_t restart_times;     /* at most so often, TN_RESTART_TIMES_MAX, in ... */
    uint32_t restart_window_ms; /* ... this time; 0: since the start */
    uint32_t watchdog_ms;       /* without a kick it ends as by a fault; 0: no watchdog */
    uint32_t reserved;          /* 0 */
    uint64_t argument;          /* x0 at `entry` */
    /*
     * struct tn_region[region_count], struct tn_irq_desc[irq_count], and of each doorbell that the
     * partition may ring the INTID, uint16_t[doorbell_count]; padded with zeroes to 8 bytes
     */
};

#define TN_REGION_PAGE 4096u
#define TN_COLOURS 32u /* at most; of a board with fewer the mask repeats */

/* Of a region, or of nobody else's: the first page at `source` or behind it. */
static inline uint64_t tn_region_page(const struct tn_region *region, uint64_t source)
{
    while (region->colours != 0 &&
           (region->colours >> (source / TN_REGION_PAGE % TN_COLOURS) & 1) == 0) {
        source += TN_REGION_PAGE;
    }
    return source;
}

/* Behind its last page: between `source` and that are, with colours, others' pages, too. */
static inline uint64_t tn_region_end(const struct tn_region *region)
{
    uint64_t more = region->size / TN_REGION_PAGE - 1;
    uint64_t at = region->source;
    unsigned each = 0;

    if (region->colours == 0) {
        return at + region->size;
    }
    for (uint32_t left = region->colours; left != 0; left &= left - 1) {
        each++;
    }
    at += more / each * TN_COLOURS * TN_REGION_PAGE;
    for (more %= each; more != 0; more--) {
        at = tn_region_page(region, at + TN_REGION_PAGE);
    }
    return at + TN_REGION_PAGE;
}

_Static_assert(sizeof(struct tn_region) == 32, "layout is ABI");
_Static_assert(sizeof(struct tn_irq_desc) == 4, "layout is ABI");
_Static_assert(sizeof(struct tn_partition_desc) == 96, "layout is ABI");
_Static_assert(offsetof(struct tn_partition_desc, entry) == 40, "layout is ABI");
_Static_assert(offsetof(struct tn_partition_desc, mode) == 64, "layout is ABI");
_Static_assert(offsetof(struct tn_partition_desc, watchdog_ms) == 80, "layout is ABI");
_Static_assert(offsetof(struct tn_partition_desc, argument) == 88, "layout is ABI");

#endif
