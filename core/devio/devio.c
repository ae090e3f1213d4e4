/* SPDX-License-Identifier: Apache-2.0 */
/* Hypercall group DEVICE as functions; not inlined: their code grants the capability. */
#include <tn/devio.h>

#include <tn/compiler.h>
#include <tn/hypercall.h>

TN_NOINLINE int tn_devio_read(uint64_t address, unsigned size, uint32_t *value)
{
    long result = tn_hypercall2(TN_HC_DEVICE_READ, address, size);

    if (result < 0) {
        return TN_EINVAL;
    }
    *value = (uint32_t)result;
    return TN_OK;
}

TN_NOINLINE int tn_devio_write(uint64_t address, unsigned size, uint32_t value)
{
    return tn_hypercall3(TN_HC_DEVICE_WRITE, address, size, value) == TN_HC_OK ? TN_OK : TN_EINVAL;
}
