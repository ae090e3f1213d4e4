/* SPDX-License-Identifier: Apache-2.0 */
/* The life cycle of other partitions: hypercall group LIFE as functions. */
#include <tn/partition.h>

#include <stddef.h>
#include <stdint.h>
#include <tn/hypercall.h>

#define NAME_MAX 32

_Static_assert(TN_PARTITION_STOPPING == TN_LIFE_STOPPING, "the same numbers");
_Static_assert(TN_PARTITION_CHANGING == TN_LIFE_CHANGING, "the same numbers");

static int error_of(long result)
{
    switch (result) {
    case TN_HC_INVALID:
        return TN_EINVAL;
    case TN_HC_BUSY:
        return TN_EBUSY;
    case TN_HC_FAILED:
        return TN_EIO;
    default:
        return result < 0 ? TN_ENOTSUP : TN_OK;
    }
}

static int call(uint64_t function, int partition)
{
    return error_of(tn_hypercall1(function, (uint64_t)partition));
}

int tn_partition_find(const char *name)
{
    char padded[NAME_MAX] = {0};
    long result;

    for (size_t i = 0; name[i] != '\0'; i++) {
        if (i == sizeof(padded) - 1) {
            return TN_ENOENT;
        }
        padded[i] = name[i];
    }
    result = tn_hypercall1(TN_HC_LIFE_FIND, (uintptr_t)padded);
    return result < 0 ? TN_ENOENT : (int)result;
}

int tn_partition_start(int partition)
{
    return call(TN_HC_LIFE_START, partition);
}

int tn_partition_stop(int partition)
{
    return call(TN_HC_LIFE_STOP, partition);
}

int tn_partition_restart(int partition)
{
    return call(TN_HC_LIFE_RESTART, partition);
}

int tn_partition_pause(int partition)
{
    return call(TN_HC_LIFE_PAUSE, partition);
}

int tn_partition_resume(int partition)
{
    return call(TN_HC_LIFE_RESUME, partition);
}

int tn_partition_state(int partition, unsigned *status, unsigned *starts)
{
    long result = tn_hypercall1(TN_HC_LIFE_QUERY, (uint64_t)partition);

    if (result < 0) {
        return error_of(result);
    }
    if (status != NULL) {
        *status = result >> 8 & 0xff;
    }
    if (starts != NULL) {
        *starts = result >> 16 & 0xffffff;
    }
    return (int)(result & 0xff);
}
