/* SPDX-License-Identifier: Apache-2.0 */
/* Between the sources of this library: what all CPUs see of each. */
#ifndef CPUS_INTERNAL_H
#define CPUS_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/board.h>
#include <tn/hv/map.h>
#include <tn/hv/partition.h>
#include <tn/hv/pool.h>
#include <tn/image.h>

/* How long to wait for a CPU that is on: it may be the boot loader's, on its way off. */
#define PATIENCE_HZ_SHIFT 2 /* a quarter of a second: less than who stops a CPU waits for it */

/* What a CPU finds about itself when it starts; the index of its record is its slot. */
struct cpu {
    uint64_t entry; /* of the guest, and x0 there: written by who has made `state` PENDING */
    uint64_t argument;
    uint32_t state; /* TN_PSCI_AFFINITY_* */
    uint8_t partition, number, board;
    bool ending; /* in a partition's first: the partition ends */
    bool fresh, again, retire;
};

/* In .bss.0shared. */
struct hv_cpus {
    struct cpu cpus[HV_SLOTS];
    struct tn_image image; /* checked */
    uint64_t base;         /* physical address of the image */
    uint32_t running;      /* partitions */
    uint32_t next;         /* the lock: the ticket that the next one draws, */
    uint32_t serving;      /* and the ticket that holds it */
};

extern struct hv_cpus hv_cpus;

/* Board CPU -> affinity. */
extern const uint64_t hv_cpus_mpidrs[TN_BOARD_CPUS];

/* The first record of the caller's partition, and of any. */
static inline struct cpu *hv_cpus_own(void)
{
    return &hv_cpus.cpus[tn_hv_partition.slot - tn_hv_partition.cpu];
}

struct cpu *hv_cpus_first(unsigned partition);

/* Slot of an instance of a pool whose CPU has been called for: that CPU begins it. */
static inline bool hv_cpus_of_pool_is_up(unsigned slot)
{
    return CONFIG_POOL > 0 && tn_hv_pool_has(slot) && !tn_hv_pool_begin(slot);
}

/* CPU_ON for the CPU with this record, patiently; a result of PSCI's. */
int hv_cpus_start(const struct cpu *cpu);

#endif
