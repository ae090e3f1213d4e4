/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: the handlers, by INTID, as the vectors read them.
 */
#ifndef TN_IRQTABLE_H
#define TN_IRQTABLE_H

/*
 * The vectors look an INTID up without a comparison: those in which one bit is set go to
 * tn_irq_special(), the others index a table that has a slot for each number below that bit.  All
 * that a controller can deliver is thus safe: spurious INTIDs (1020..1023) have both bits set;
 * with the small table those from 512 to 767, of lines that cannot be enabled, count as the line
 * whose number is their low byte.
 */
#if CONFIG_TN_IRQ_LIMIT <= 256
#define TN_IRQ_SPECIAL_BIT 8
#else
#define TN_IRQ_SPECIAL_BIT 9
#endif

#ifndef __ASSEMBLER__

#define TN_IRQ_SLOTS (CONFIG_TN_IRQ_LIMIT > 512 ? CONFIG_TN_IRQ_LIMIT : 1 << TN_IRQ_SPECIAL_BIT)

struct tn_irq_slot {
    void (*handler)(void *arg);
    void *arg;
};

/* Page-aligned: the vectors reach it with one ADRP. */
extern struct tn_irq_slot tn_irq_table[TN_IRQ_SLOTS];

/*
 * Every line has a handler from here on: an interrupt that nobody asked for, such as one that a
 * boot loader left pending, is counted and switched off.  Before interrupts are let in.
 */
void tn_irq_init(void);

#endif

#endif
