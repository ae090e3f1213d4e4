/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group INJECT.  Which SPIs may be injected follows from the descriptors of all partitions: one bit
 * for each, made when the caller's CPU starts.  The write is of the set kind and needs no lock; the
 * owner takes the interrupt directly, and one that does not run forgets it when it begins.
 */
#include <tn/abi/cap.h>
#include <tn/gic.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/irq.h>
#include <tn/hv/partition.h>
#include <tn/image.h>

static uint32_t injectable[1024 / 32];

static TN_HC_FUNCTION long inject_pend(uint64_t id, uint64_t intid, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    if (intid >= TN_GIC_SPURIOUS || !(injectable[intid / 32] >> intid % 32 & 1)) {
        return TN_HC_INVALID;
    }
    tn_gic_pend(&tn_hv_gic, (uint32_t)intid);
    return TN_HC_OK;
}

static void start(const struct tn_hv_boot *boot)
{
    for (unsigned p = 0; p < boot->image.toc->partition_count; p++) {
        const struct tn_partition_desc *desc = tn_image_desc(&boot->image, p);

        for (unsigned i = 0; i < desc->irq_count; i++) {
            const struct tn_irq_desc *irq = &tn_desc_irqs(desc)[i];

            if ((irq->flags & TN_IRQ_INJECTABLE) != 0) {
                injectable[irq->intid / 32] |= 1u << irq->intid % 32;
            }
        }
    }
}

TN_HV_START(start);
REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_INJECT, TN_CAP_INJECT, inject_pend);
