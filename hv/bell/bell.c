/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doorbells for programs under a kernel, which can map a page but make no hypercall.  The page is
 * mapped nowhere: a store to word n faults at stage 2 and rings doorbell n of the partition.  What
 * is no doorbell, or no word, is lost, as a device's unused registers are.
 */
#include <tn/abi/cap.h>
#include <tn/abi/channel.h>
#include <tn/board.h>
#include <tn/hv/chan.h>
#include <tn/hv/exit.h>

#define WORD 2u /* width: 4 bytes */

static uint64_t bells(uint32_t offset, unsigned width, bool write, uint64_t value)
{
    (void)value;
    if (write && width == WORD) {
        (void)tn_hv_chan_ring(offset / 4);
    }
    return 0;
}

TN_HV_MMIO(bells, TN_CHANNEL_BELLS(TN_BOARD_RAM_IPA), 0x1000, TN_CAP_CHAN, bells);
