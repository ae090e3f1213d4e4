/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of the interrupt controller when Mortise owns it: it checks that a line is the
 * partition's.  Interrupts themselves do not pass through Mortise.  What a program without a kernel
 * and Tenon have in common of <tn/irqline.h>.
 */
#include <tn/irqline.h>

#include <tn/errno.h>
#include <tn/hypercall.h>

static int call(uint64_t function, uint32_t intid)
{
    return tn_hypercall1(function, intid) == TN_HC_OK ? TN_OK : TN_EPERM;
}

int tn_irqline_enable(uint32_t intid)
{
    return call(TN_HC_IRQ_ENABLE, intid);
}

int tn_irqline_disable(uint32_t intid)
{
    return call(TN_HC_IRQ_DISABLE, intid);
}

int tn_irqline_pend(uint32_t intid)
{
    return call(TN_HC_IRQ_PEND, intid);
}

int tn_irqline_set_priority(uint32_t intid, uint8_t priority)
{
    return tn_hypercall2(TN_HC_IRQ_PRIORITY, intid, priority) == TN_HC_OK ? TN_OK : TN_EPERM;
}

int tn_irqline_set_trigger(uint32_t intid, int edge)
{
    (void)intid, (void)edge;
    return TN_ENOTSUP;
}
