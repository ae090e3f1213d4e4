/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: the handlers, by INTID, as the vectors read them.
 */
#ifndef TN_IRQTABLE_H
#define TN_IRQTABLE_H

struct tn_irq_slot {
    void (*handler)(void *arg);
    void *arg;
};

/* Page-aligned: the vectors reach it with one ADRP. */
extern struct tn_irq_slot tn_irq_table[CONFIG_TN_IRQ_LIMIT];

/*
 * Every line has a handler from here on: an interrupt that nobody asked for, such as one that a
 * boot loader left pending, is counted and switched off.  Before interrupts are let in.
 */
void tn_irq_init(void);

#endif
