/* SPDX-License-Identifier: Apache-2.0 */
/* Doorbells of the calling CPU's partition, whichever way it rings them. */
#ifndef TN_HV_CHAN_H
#define TN_HV_CHAN_H

#include <stdint.h>

/*
 * Make the receiver of doorbell `number` (of the partition's descriptor) take its interrupt.
 * TN_HC_OK; TN_HC_INVALID: it has no such doorbell.
 */
long tn_hv_chan_ring(uint64_t number);

#endif
