/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Mortise keeps of a partition after boot, and how its libraries take part in the boot.
 * Mortise is composed for its image: a library that is not linked leaves no entry in these
 * tables and costs nothing.
 */
#ifndef TN_HV_PARTITION_H
#define TN_HV_PARTITION_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/abi/partition.h>
#include <tn/compiler.h>
#include <tn/hv/map.h>
#include <tn/image.h>

/*
 * The partition of the CPU that runs: each CPU of Mortise has one, and sees its own record, as it
 * sees its own of all of .bss (docs/architecture.md, "EL2").
 */
struct tn_hv_partition {
    char name[32];
    uint64_t caps;
    uint64_t cpus;      /* bit n: it has CPU n of the board */
    unsigned index;     /* its number; known, as the next three, from tn_hv_cpus_join() on */
    unsigned slot;      /* of this CPU among all of Mortise's: which copy of .bss it has */
    unsigned cpu;       /* of this CPU in the partition, which begins on 0 */
    unsigned board_cpu; /* of this CPU on the board: `cpus` in ascending order */
    unsigned status;    /* of its end */
    uint64_t guard;     /* guest-physical address of the page under its lowest writable memory */
    uint32_t irqs[1024 / 32]; /* bitmap: INTIDs that it may use */
};

extern struct tn_hv_partition tn_hv_partition;

static inline bool tn_hv_has_cap(unsigned cap)
{
    return tn_hv_partition.caps >> cap & 1;
}

enum tn_hv_end {
    TN_HV_END_DONE,  /* it has ended itself, with status 0 */
    TN_HV_END_FAULT, /* by a fault, or with another status */
    TN_HV_END_RESET, /* it asks for its restart */
};

/* EL2's controls of this CPU, for a guest with these capabilities. */
void tn_hv_guest_cpu(uint64_t caps);

/*
 * The partition has ended, its last message is out.  It begins anew when its descriptor says so;
 * when all partitions have ended for good the machine is powered off; until then this CPU is.
 */
TN_NORETURN void tn_hv_partition_end(enum tn_hv_end why);

/* hv/restart, in an image with a partition that has a policy: does not return when it restarts. */
void tn_hv_restart(enum tn_hv_end why);

/* While Mortise boots. */
struct tn_hv_boot {
    uint64_t base;         /* physical address of the image */
    uint64_t bss;          /* physical address of this CPU's .bss */
    uint64_t dtb;          /* physical address of the boot loader's device tree, or 0 */
    struct tn_image image; /* checked; valid until the first guest runs */
    const struct tn_partition_desc *desc; /* of this CPU's partition, checked */
    bool fresh;                           /* the partition begins; else only one more CPU of it */
    bool retire;                          /* it has ended for good: clear its memory */
    bool again;                           /* it has begun before: its memory is not clean */
    uint64_t entry;                       /* where this CPU begins, with `argument` in x0 */
    uint64_t argument;
};

/* The CPU that checks the image; it sets what is machine-wide up before any other CPU runs. */
static inline bool tn_hv_is_first(void)
{
    return CONFIG_HV_CPUS == 1 || tn_hv_partition.slot == 0;
}

/*
 * Map the 2 MiB blocks of RAM that [pa, pa + size) lies in, read-only, from the block `va` of
 * slots 2..15 on; returns where pa is then.  While booting.
 */
const void *tn_hv_map_boot(uint64_t va, uint64_t pa, uint64_t size);

/*
 * Map the 2 MiB block of RAM at `pa`, a multiple of that, writable at HV_VA_LOAD, in the place of
 * one that is there.  For a time in which nothing else uses it.
 */
void *tn_hv_map_load(uint64_t pa);
void tn_hv_unmap_load(void);

/*
 * TN_HV_DEVICE(name, va, pa, size): device registers that Mortise itself uses, mapped at boot;
 * `va` one of the windows of tn/hv/map.h, sizes in bytes, page-aligned.
 */
struct tn_hv_device {
    uint64_t pa;
    uint32_t va;
    uint32_t size;
};

#define TN_HV_DEVICE(name, va_, pa_, size_)                                                        \
    static const struct tn_hv_device tn_hv_device_##name TN_SECTION(".hv.device") = {              \
        .pa = (pa_), .va = (va_), .size = (size_)}

/* Map one that is another for each CPU; its window's entries were not in use.  While booting. */
void tn_hv_map_device(const struct tn_hv_device *device);

/* Map a page of RAM read-only at `va`, whose entry is not in use, and take it away again. */
void tn_hv_map_page(uint64_t va, uint64_t pa);
void tn_hv_unmap_page(uint64_t va);

/*
 * TN_HV_BOOT_CHECK(function): called once, after the image's own checks and before anything of a
 * partition is set up.  It reports and powers off when the image must not start.
 * TN_HV_START(function): called on each CPU before its guest's first instruction,
 * tn_hv_partition filled in, and again whenever the partition switches a CPU on: `fresh` tells
 * what is to be done for the CPU from what for the partition.  On the first CPU all of them have
 * returned before another starts.
 * TN_HV_END(function): called on a CPU when its partition has ended, before the message that says
 * so; in an image with several CPUs.
 */
typedef void tn_hv_boot_fn(const struct tn_hv_boot *boot);
typedef void tn_hv_end_fn(void);

#define TN_HV_BOOT_CHECK(function)                                                                 \
    static tn_hv_boot_fn *const tn_hv_check_##function TN_SECTION(".hv.check") = (function)
#define TN_HV_START(function)                                                                      \
    static tn_hv_boot_fn *const tn_hv_start_##function TN_SECTION(".hv.init") = (function)
#define TN_HV_END(function)                                                                        \
    static tn_hv_end_fn *const tn_hv_end_##function TN_SECTION(".hv.end") = (function)

/* Call what is registered with TN_HV_END. */
void tn_hv_partition_ending(void);

#endif
