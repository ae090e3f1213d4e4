/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a runtime sets up a line of the interrupt controller: in modes bare and native it owns the
 * distributor, on Mortise it asks.  A program without a kernel uses prepare, enable, disable, pend,
 * set_priority and set_trigger, and nothing comes before its first prepare.  One implementation is
 * linked.  Errors are those of <tn/irq.h>.
 */
#ifndef TN_IRQLINE_H
#define TN_IRQLINE_H

#include <stdint.h>

/* The controller to a known state.  Once, before anything else here. */
void tn_irqline_init(void);

/* The part of a CPU that begins, where the program has several.  Once, on that CPU. */
void tn_irqline_init_cpu(void);

/* Before the line is enabled for the first time: it is disabled and has a handler.  Where it is a
 * shared one it goes to the calling CPU. */
void tn_irqline_prepare(uint32_t intid);

/* Any context. */
int tn_irqline_enable(uint32_t intid);
int tn_irqline_disable(uint32_t intid);
int tn_irqline_pend(uint32_t intid);

/* How urgent `intid` is, 0 the most, as GICD_IPRIORITYR takes it. */
int tn_irqline_set_priority(uint32_t intid, uint8_t priority);

/* Shared line `intid` goes to this CPU of the program, one of several, from now on. */
int tn_irqline_route(uint32_t intid, unsigned cpu);

/* Edge or level; the line is disabled.  TN_ENOTSUP where it is the descriptor's matter. */
int tn_irqline_set_trigger(uint32_t intid, int edge);

#endif
