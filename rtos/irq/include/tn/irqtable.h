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

#endif
