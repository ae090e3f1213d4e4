/* SPDX-License-Identifier: Apache-2.0 */
/* Hypercall group TIME as functions; not inlined: their code grants the capability. */
#include <tn/hvtime.h>

#include <tn/compiler.h>
#include <tn/hypercall.h>

TN_NOINLINE uint64_t tn_hvtime_uptime(void)
{
    return (uint64_t)tn_hypercall1(TN_HC_TIME_UPTIME, 0);
}

TN_NOINLINE int64_t tn_hvtime_epoch(void)
{
    return tn_hypercall1(TN_HC_TIME_EPOCH, 0);
}

TN_NOINLINE int tn_hvtime_set_epoch(int64_t ns)
{
    long result = tn_hypercall1(TN_HC_TIME_SET_EPOCH, (uint64_t)ns);

    return result == TN_HC_OK ? TN_OK : result == TN_HC_DENIED ? TN_EPERM : TN_EINVAL;
}
