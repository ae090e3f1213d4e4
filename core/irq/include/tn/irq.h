/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupts of an application.  INTIDs are the GIC's: 0..15 software-generated (the CPU's own),
 * 16..31 private peripherals, from 32 on shared ones.  What a partition may use is in its
 * descriptor: the lines of its devices, its timers, and `irqs` of the manifest.
 *
 * A handler runs with interrupts masked (bypass) or open to more urgent ones (Tenon), with all of C
 * at its disposal, floating point included: the first use in a handler costs one trap that saves
 * the interrupted registers, and from there on it is not interrupted any more; handlers without it
 * pay nothing.  It must quiet its device before it
 * returns.  It must not sleep and must not longjmp() out.  newlib's stdio and malloc may be
 * used in a handler only if nothing else does.
 */
#ifndef TN_IRQ_H
#define TN_IRQ_H

#include <stdint.h>
#include <tn/errno.h>
#include <tn/sysreg.h>

#define TN_IRQ_MASKED 0x80u /* DAIF.I */

/*
 * Let `handler(arg)` handle interrupt `intid`, which stays disabled.  TN_EINVAL: no handler.
 * TN_ERANGE: `intid` is not below the table's limit (option BYPASS_IRQ_LIMIT in bypass mode).
 * TN_EBUSY: it has a handler.  A shared line goes to the calling CPU.  Not from a handler.
 */
int tn_irq_attach(uint32_t intid, void (*handler)(void *arg), void *arg);

/*
 * Disable `intid` and take its handler away.  Where the program has several CPUs: on return it runs
 * on none of them any more, unless the caller has masked interrupts, which do not let it wait; a
 * private line that another CPU has enabled is off there when it has come once more.  TN_EINVAL: it
 * has none.  Not from a handler.
 */
int tn_irq_detach(uint32_t intid);

/*
 * Let a shared line, INTID 32 or higher, go to CPU `cpu` of the program (tn_cpu_count()) from now
 * on, until it is attached again.  What a CPU has acknowledged is handled there.  TN_ERANGE: there
 * is no such CPU; TN_EINVAL: the line is private, or has no handler; TN_EPERM: it is not the
 * partition's.  Any context.
 */
int tn_irq_set_cpu(uint32_t intid, unsigned cpu);

/*
 * Let `intid` in, or no longer.  TN_EINVAL: it has no handler.  TN_EPERM: it is not the
 * partition's.  Any context.
 */
int tn_irq_enable(uint32_t intid);
int tn_irq_disable(uint32_t intid);

/*
 * Make `intid` pending as if its device had raised it; a level-triggered one stays pending only
 * until it is taken.  Errors as tn_irq_enable().  Any context.
 */
int tn_irq_pend(uint32_t intid);

#define TN_IRQ_PRIORITY 160u /* of a line that nobody gave another one */
#define TN_IRQ_PRIORITY_MOST 16u

/*
 * How urgent `intid` is: TN_IRQ_PRIORITY_MOST, the most, to 240, in steps of 16 (hardware ignores
 * the lower bits).  Of several pending lines the most urgent comes first; under Tenon a handler is
 * interrupted by lines that are more urgent, and by those only.  Counts from the next time that
 * the line becomes pending.  TN_ERANGE: the priority; TN_EINVAL, TN_EPERM: as tn_irq_enable().
 * Any context.
 */
int tn_irq_set_priority(uint32_t intid, uint32_t priority);

/*
 * Whether `intid`, which is disabled, is triggered by an edge or, as after tn_irq_attach(), by a
 * level.  TN_ENOTSUP: under Mortise, where the board and the manifest say it; TN_EINVAL: it has no
 * handler, or is an SGI.  Not while another line is set up.
 */
int tn_irq_set_trigger(uint32_t intid, int edge);

/* How many interrupts arrived that nobody waited for: withdrawn ones, and detached ones. */
uint32_t tn_irq_stray_count(void);

/*
 * Mask all interrupts of this CPU; returns what tn_irq_restore() wants back.  Pairs may nest.
 * What is in between is ordered against handlers: both are compiler barriers, and DAIF writes
 * take effect in program order.  Any context.
 */
static inline uint64_t tn_irq_mask(void)
{
    uint64_t daif = tn_sysreg_read(daif);

    __asm__ volatile("msr daifset, #2" : : : "memory");
    return daif;
}

static inline void tn_irq_restore(uint64_t daif)
{
    tn_sysreg_write(daif, daif);
}

/* Let interrupts in, whatever was before. */
static inline void tn_irq_unmask(void)
{
    __asm__ volatile("msr daifclr, #2" : : : "memory");
}

#endif
