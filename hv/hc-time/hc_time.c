/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group TIME.  All CPUs have one counter; what partitions cannot know by themselves is when Mortise
 * began, and what time of day another one, with a clock or a network, has found out.
 */
#include <tn/abi/cap.h>
#include <tn/hv/cpus.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/partition.h>
#include <tn/sysreg.h>

static struct {
    uint64_t begin; /* counter when the first partition was prepared */
    int64_t epoch;  /* ns since 1970 when the counter was 0; 0: nobody has said */
} clock TN_SECTION(".bss.0shared");

static TN_HC_FUNCTION long time_uptime(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x1, (void)x2, (void)x3;
    return (long)(tn_sysreg_read(cntpct_el0) - clock.begin);
}

static TN_HC_FUNCTION long time_epoch(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x1, (void)x2, (void)x3;
    return __atomic_load_n(&clock.epoch, __ATOMIC_RELAXED);
}

/* One word, so that nobody reads half of it.  A negative one could not be told from an error. */
static TN_HC_FUNCTION long time_set_epoch(uint64_t id, uint64_t epoch, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x2, (void)x3;
    if (!tn_hv_has_cap(TN_CAP_LIFECYCLE)) {
        return TN_HC_DENIED;
    }
    if ((int64_t)epoch < 0) {
        return TN_HC_INVALID;
    }
    __atomic_store_n(&clock.epoch, (int64_t)epoch, __ATOMIC_RELAXED);
    return TN_HC_OK;
}

/* On the first CPU, before another one starts; a restart there begins no new time. */
static void start(const struct tn_hv_boot *boot)
{
    if (tn_hv_is_first() && boot->fresh && !boot->again) {
        clock.begin = tn_sysreg_read(cntpct_el0);
        clock.epoch = 0;
    }
}

TN_HV_START(start);
REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_TIME, TN_CAP_TIME, time_uptime, time_epoch, time_set_epoch);
