/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dynamic mode (hv/pool, docs/dynamic.md), as the rest of Mortise takes part in it.  In an image
 * without a pool (CONFIG_POOL 0) none of this is called or linked.
 *
 * An instance of a pool is to the rest what a CPU is: it has a slot, its own copy of .bss, tables
 * and stack.  Several of them are on one CPU of the board, one at a time.
 */
#ifndef TN_HV_POOL_H
#define TN_HV_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/abi/partition.h>
#include <tn/compiler.h>
#include <tn/hv/partition.h>

/* Whether slot `slot` is an instance of a pool; whether the one that runs is. */
bool tn_hv_pool_has(unsigned slot);

static inline bool tn_hv_in_pool(void)
{
    return CONFIG_POOL > 0 && tn_hv_pool_has(tn_hv_partition.slot);
}

/* Whether a partition is not started at boot. */
static inline bool tn_hv_waits(const struct tn_partition_desc *desc)
{
    unsigned mask = CONFIG_POOL > 0 ? TN_DESC_ON_DEMAND | TN_DESC_POOL : TN_DESC_ON_DEMAND;

    return (desc->flags & mask) == TN_DESC_ON_DEMAND;
}

/*
 * Slot `slot` shall begin: true when its CPU of the board is off, so that the caller starts it
 * with this slot as any other; else done here.  Any CPU.
 */
bool tn_hv_pool_begin(unsigned slot);

/*
 * What tn_hv_life_state() says of a partition has changed.  False: it is not in a pool, and whose
 * CPUs have to be told otherwise.  Any CPU.
 */
bool tn_hv_pool_order(unsigned partition);

/* Before the interrupt controller is set up: whether this CPU of the board has been already. */
bool tn_hv_pool_cpu_is_set_up(void);

/*
 * The guest that runs is ready for its first instruction: this instance competes from now on, and
 * the call returns when it has the CPU.
 */
void tn_hv_pool_enter(void);

/*
 * While an instance begins or ends: whoever is more urgent gets the CPU, and this one goes on
 * afterwards.  Not with a lock held.
 */
void tn_hv_pool_point(void);

/* This instance has ended for now: the CPU goes to the others. */
TN_NORETURN void tn_hv_pool_leave(void);

/* A slot that is no instance's has its CPU, from tn_hv_cpus_join() on. */
TN_NORETURN void tn_hv_pool_idle(unsigned slot);

/* Interrupt `intid` of the instance that runs, as in group IRQ; it is its own. */
void tn_hv_pool_irq_enable(unsigned intid);
void tn_hv_pool_irq_disable(unsigned intid);
void tn_hv_pool_irq_pend(unsigned intid);
void tn_hv_pool_irq_priority(unsigned intid, uint8_t priority);

/*
 * The same for an emulated distributor, of the instance that runs: SGIs and PPIs that are enabled;
 * of a bank of 32 what is pending, what is active; the priority of an SGI or PPI.
 */
uint32_t tn_hv_pool_irq_enabled(void);
uint32_t tn_hv_pool_irq_pending(unsigned bank);
uint32_t tn_hv_pool_irq_active(unsigned bank);
uint8_t tn_hv_pool_irq_get_priority(unsigned intid);

/* No longer pending; no longer active. */
void tn_hv_pool_irq_forget(unsigned intid);
void tn_hv_pool_irq_end(unsigned intid);

/*
 * A kernel's access to a debug register has trapped.  True: it may do it once more; false: none of
 * those that it can have.
 */
bool tn_hv_pool_debug(void);

/* PSCI CPU_SUSPEND: as WFI. */
void tn_hv_pool_wait(void);

#endif
