/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of Tenon in a partition: one with several CPUs routes them, too. */
#include <tn/errno.h>
#include <tn/hypercall.h>
#include <tn/irqline.h>
#include <tn/percpu.h>

#define SPIS 32u /* shared lines from here on */

void tn_irqline_init(void)
{
}

void tn_irqline_init_cpu(void)
{
}

/* Mortise has prepared it; it is the first CPU's, or whose it was before. */
void tn_irqline_prepare(uint32_t intid)
{
    if (CONFIG_CPUS > 1 && intid >= SPIS) {
        tn_irqline_route(intid, tn_percpu_number());
    }
}

int tn_irqline_route(uint32_t intid, unsigned cpu)
{
    return tn_hypercall2(TN_HC_IRQ_ROUTE, intid, cpu) == TN_HC_OK ? TN_OK : TN_EPERM;
}
