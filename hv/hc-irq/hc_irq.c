/* SPDX-License-Identifier: Apache-2.0 */
/* Hypercall group IRQ: a partition's own interrupts, and the SGIs of its CPU. */
#include <tn/abi/cap.h>
#include <tn/board.h>
#include <tn/gic.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/irq.h>
#include <tn/hv/partition.h>
#include <tn/hv/pool.h>

static bool is_own(uint64_t intid)
{
    if (intid < TN_GIC_SGIS) {
        return true;
    }
    return intid < TN_GIC_SPURIOUS && (tn_hv_partition.irqs[intid / 32] >> intid % 32 & 1);
}

static TN_HC_FUNCTION long irq_enable(uint64_t id, uint64_t intid, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    if (!is_own(intid)) {
        return TN_HC_INVALID;
    }
    if (tn_hv_in_pool()) {
        tn_hv_pool_irq_enable((unsigned)intid);
        return TN_HC_OK;
    }
    tn_gic_enable(&tn_hv_gic, (uint32_t)intid);
    return TN_HC_OK;
}

static TN_HC_FUNCTION long irq_disable(uint64_t id, uint64_t intid, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    if (!is_own(intid)) {
        return TN_HC_INVALID;
    }
    if (tn_hv_in_pool()) {
        tn_hv_pool_irq_disable((unsigned)intid);
        return TN_HC_OK;
    }
    tn_gic_disable(&tn_hv_gic, (uint32_t)intid);
    return TN_HC_OK;
}

static TN_HC_FUNCTION long irq_pend(uint64_t id, uint64_t intid, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    if (!is_own(intid)) {
        return TN_HC_INVALID;
    }
    if (tn_hv_in_pool()) {
        tn_hv_pool_irq_pend((unsigned)intid);
        return TN_HC_OK;
    }
    tn_gic_pend(&tn_hv_gic, (uint32_t)intid);
    return TN_HC_OK;
}

/* One byte of a register: nothing of another partition's is read or written back. */
static TN_HC_FUNCTION long irq_priority(uint64_t id, uint64_t intid, uint64_t priority, uint64_t x3)
{
    (void)id, (void)x3;
    if (!is_own(intid) || priority < TN_HC_IRQ_MOST || priority > UINT8_MAX) {
        return TN_HC_INVALID;
    }
    if (tn_hv_in_pool()) {
        tn_hv_pool_irq_priority((unsigned)intid, (uint8_t)priority);
        return TN_HC_OK;
    }
    tn_gic_set_priority(&tn_hv_gic, (uint32_t)intid, (uint8_t)priority);
    return TN_HC_OK;
}

/* How tn_gic_send() names a CPU of the board: GICv2 has CPU interface n for CPU n. */
static uint64_t target(unsigned cpu)
{
    static const uint64_t mpidrs[] = TN_BOARD_MPIDRS;

    return TN_BOARD_GICR_BASE != 0 ? mpidrs[cpu] : 1ull << cpu;
}

/* Only CPUs of the caller's partition can be named. */
static TN_HC_FUNCTION long irq_send(uint64_t id, uint64_t intid, uint64_t cpus, uint64_t x3)
{
    (void)id, (void)x3;
    if (CONFIG_HV_CPUS == 1 || intid >= TN_GIC_SGIS) {
        return TN_HC_INVALID;
    }
    if (tn_hv_in_pool()) {
        if (cpus & 1) {
            tn_hv_pool_irq_pend((unsigned)intid); /* it has one vCPU, the caller */
        }
        return TN_HC_OK;
    }
    for (uint64_t all = tn_hv_partition.cpus; all != 0; all &= all - 1, cpus >>= 1) {
        if (cpus & 1) {
            tn_gic_send(tn_hv_gic.gicd, target((unsigned)__builtin_ctzll(all)), (uint32_t)intid);
        }
    }
    return TN_HC_OK;
}

/* Its number in the partition says which CPU: nobody sends an interrupt to another partition. */
static TN_HC_FUNCTION long irq_route(uint64_t id, uint64_t intid, uint64_t cpu, uint64_t x3)
{
    uint64_t left = tn_hv_partition.cpus;

    (void)id, (void)x3;
    if (CONFIG_HV_CPUS == 1 || intid < TN_GIC_FIRST_SPI || !is_own(intid)) {
        return TN_HC_INVALID;
    }
    if (tn_hv_in_pool()) {
        return cpu == 0 ? TN_HC_OK : TN_HC_INVALID; /* it has one vCPU: they go there already */
    }
    for (; left != 0 && cpu != 0; cpu--) {
        left &= left - 1;
    }
    if (left == 0) {
        return TN_HC_INVALID;
    }
    tn_gic_route(tn_hv_gic.gicd, (uint32_t)intid, target((unsigned)__builtin_ctzll(left)));
    return TN_HC_OK;
}

REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_IRQ, TN_CAP_IRQ, irq_enable, irq_disable, irq_pend,
                         irq_priority, irq_send, irq_route);
