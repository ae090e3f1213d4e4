/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single registers of a device that a partition does not have, or has only a part of: `registers`
 * in the manifest says which and how, Mortise looks at each access.  One hypercall; any context.
 */
#ifndef TN_DEVIO_H
#define TN_DEVIO_H

#include <stdint.h>
#include <tn/errno.h>

/*
 * Read or write `size` bytes (1, 2, 4) at physical address `address`, a multiple of that.
 * TN_EINVAL: the manifest does not allow this, `value` has more bytes, or there is no such register
 * (of this size) in the device.
 */
int tn_devio_read(uint64_t address, unsigned size, uint32_t *value);
int tn_devio_write(uint64_t address, unsigned size, uint32_t value);

#endif
