/* SPDX-License-Identifier: Apache-2.0 */
/* Hypercall group MEMORY as functions; not inlined: their code grants the capability. */
#include <tn/memory.h>

#include <stdint.h>
#include <tn/abi/partition.h>
#include <tn/compiler.h>
#include <tn/hypercall.h>

_Static_assert(TN_MEMORY_MAX == TN_HC_MEMORY_MAX, "the same bound");

static int error_of(long result)
{
    return result == TN_HC_OK ? TN_OK : result == TN_HC_BUSY ? TN_EBUSY : TN_EINVAL;
}

TN_NOINLINE void *tn_memory_ask(size_t size)
{
    long result = tn_hypercall1(TN_HC_MEMORY_ASK, size);

    return result < 0 ? NULL : (void *)(uintptr_t)result;
}

TN_NOINLINE int tn_memory_give(void *range)
{
    return error_of(tn_hypercall1(TN_HC_MEMORY_GIVE, (uintptr_t)range));
}

TN_NOINLINE int tn_memory_share(void *range, unsigned partition, bool writable)
{
    return error_of(tn_hypercall3(TN_HC_MEMORY_SHARE, (uintptr_t)range, partition,
                                  writable ? TN_ACCESS_R | TN_ACCESS_W : TN_ACCESS_R));
}

TN_NOINLINE long tn_memory_accept(void *range)
{
    long result = tn_hypercall1(TN_HC_MEMORY_ACCEPT, (uintptr_t)range);

    return result < 0 ? TN_EINVAL : result;
}
