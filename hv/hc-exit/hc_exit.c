/* SPDX-License-Identifier: Apache-2.0 */
/* Hypercall group EXIT: a partition ends itself.  Its own faults are hv/report's. */
#include <tn/abi/cap.h>
#include <tn/hv/cpus.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/partition.h>
#include <tn/hv/report.h>

#define STATUS_MASK 0xff

/* Status 0 is silent: a program that did what it should needs no line. */
static TN_HC_FUNCTION long hc_exit(uint64_t id, uint64_t status, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    status &= STATUS_MASK;
    tn_hv_partition.status = (unsigned)status;
    tn_hv_begin_end();
    if (status != 0) {
        tn_hv_partition_line();
        tn_hv_text(" exit ");
        tn_hv_decimal((uint32_t)status);
        tn_hv_text("\n");
    }
    tn_hv_unlock();
    tn_hv_partition_end(status == 0 ? TN_HV_END_DONE : TN_HV_END_FAULT);
}

REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_EXIT, TN_CAP_EXIT, hc_exit);
