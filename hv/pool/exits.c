/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an instance comes to EL2 but by hypercalls: it waits, an interrupt arrives, it uses FP or
 * debug registers.
 */
#include <tn/abi/cap.h>
#include <tn/gic.h>
#include <tn/gic_regs.h>
#include <tn/hv/exit.h>
#include <tn/hv/irq.h>
#include <tn/hv/vcpu.h>
#include <tn/hv/vlr.h>

#include "internal.h"

#define ISS_WFE 1u
#define EC_WFX 0x01
#define EC_FP 0x07

/*
 * A timer is due and nothing waits for the guest.  On a GICv2 of QEMU's an interrupt whose level is
 * still there when the guest's end of it deactivates it is not looked at again before something in
 * the distributor changes; on others this changes nothing.
 */
static void look_again(void)
{
    if (TN_BOARD_GICR_SIZE == 0) {
        tn_mmio_write32(pool_banked() + GIC_ISENABLER, pool_here()->enabled);
    }
}

/* WFI: until an interrupt could come in; one that is there already ends it at once. */
void tn_hv_pool_wait(void)
{
    uint64_t timer = tn_vcpu_timers_next(), now = pool_now();

    if (tn_vlr_pending()) {
        return;
    }
    if (timer > now) {
        pool_block(now, timer);
    } else {
        look_again();
    }
}

static bool on_wfx(struct tn_hv_frame *frame, uint64_t esr)
{
    (void)frame;
    tn_hv_skip(esr);
    if (esr & ISS_WFE) {
        struct cpu *cpu = pool_here();

        tn_sched_yield(&cpu->q, &pool_self()->sched);
        pool_schedule();
    } else {
        tn_hv_pool_wait();
    }
    return true;
}

/* It goes to the guest that was interrupted, by what its CPU and the builder's table say. */
static bool is_of_guest(unsigned intid)
{
    unsigned private = intid - TN_GIC_SGIS;

    if (private < TN_GIC_FIRST_SPI - TN_GIC_SGIS) {
        return pool_here()->enabled >> TN_GIC_SGIS >> private & 1;
    }
    return pool.owners[intid] == pool_self()->owner;
}

/*
 * From entry.S, which saves what a call may change.  An interrupt of the guest's own that comes
 * while it runs, its timer's above all, is a list register away.
 */
void pool_irq(void)
{
    uint32_t ack = tn_vlr_take();

    if (is_of_guest(TN_GIC_INTID(ack))) {
        pool_give(TN_GIC_INTID(ack));
    } else if (pool_take(ack)) {
        pool_schedule();
    }
}

static bool on_fp(struct tn_hv_frame *frame, uint64_t esr)
{
    (void)frame, (void)esr;
    tn_vcpu_fp_load();
    return true;
}

bool tn_hv_pool_debug(void)
{
    return tn_vcpu_debug_load();
}

TN_HV_EXIT(pool_wfx, EC_WFX, TN_CAP_SCHED, on_wfx);
TN_HV_EXIT(pool_fp, EC_FP, TN_CAP_SCHED, on_fp);
