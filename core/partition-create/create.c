/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of slots, handed over in memory: hypercall group CREATE as functions. */
#include <tn/partition.h>

#include <stdint.h>
#include <tn/abi/part.h>
#include <tn/hypercall.h>

static int error_of(long result)
{
    switch (result) {
    case TN_HC_INVALID:
        return TN_EINVAL;
    case TN_HC_DENIED:
        return TN_EPERM;
    case TN_HC_BUSY:
        return TN_EBUSY;
    case TN_HC_ABSENT:
        return TN_ENOENT;
    default:
        return result < 0 ? TN_ENOTSUP : TN_OK;
    }
}

/* In pieces, since Mortise does not go away for long. */
static long fill(uint64_t partition, const char *bytes, size_t left)
{
    long result = 0;

    while (left > 0 && result >= 0) {
        size_t part = left < TN_HC_CREATE_PAGE ? left : TN_HC_CREATE_PAGE;

        result = tn_hypercall3(TN_HC_CREATE_FILL, partition, (uintptr_t)bytes, part);
        bytes += part;
        left -= part;
    }
    return result;
}

int tn_partition_create(int partition, const void *file, size_t size)
{
    const struct tn_part *head = file;
    long result;

    if (size < sizeof(*head)) {
        return TN_EINVAL;
    }
    result = tn_hypercall3(TN_HC_CREATE_CREATE, (uint64_t)partition, (uintptr_t)file, size);
    if (result < 0) {
        return error_of(result);
    }
    /* Mortise has its own copy of the head and looks at sizes itself. */
    result =
        fill((uint64_t)partition, (const char *)file + head->segment_offset, head->segment_size);
    if (result != 0) {
        tn_partition_destroy(partition);
        return result > 0 ? TN_EINVAL : error_of(result);
    }
    return TN_OK;
}

int tn_partition_destroy(int partition)
{
    long result;

    do {
        result = tn_hypercall1(TN_HC_CREATE_DESTROY, (uint64_t)partition);
    } while (result > 0);
    return error_of(result);
}
