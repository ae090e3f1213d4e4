/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercall group CHAN.  A doorbell is an SPI that no device of the board raises, in the
 * descriptor of its receiver, to whose CPU it is routed; the sender may make exactly this one
 * pending.  The write is of the set kind, so that no lock is needed.
 */
#include <tn/abi/cap.h>
#include <tn/gic.h>
#include <tn/hv/chan.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/irq.h>
#include <tn/hv/partition.h>

static uint16_t doorbells[TN_DESC_MAX_DOORBELLS];
static unsigned count;

long tn_hv_chan_ring(uint64_t number)
{
    if (number >= count) {
        return TN_HC_INVALID;
    }
    tn_gic_pend(&tn_hv_gic, doorbells[number]);
    return TN_HC_OK;
}

static TN_HC_FUNCTION long chan_ring(uint64_t id, uint64_t number, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    return tn_hv_chan_ring(number);
}

static void start(const struct tn_hv_boot *boot)
{
    count = boot->desc->doorbell_count;
    for (unsigned i = 0; i < count; i++) {
        doorbells[i] = tn_desc_doorbells(boot->desc)[i];
    }
}

TN_HV_START(start);
REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_CHAN, TN_CAP_CHAN, chan_ring);
