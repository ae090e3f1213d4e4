/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monotonic clock.  The conversion factor is found at the first call, which costs three
 * divisions once: CNTFRQ_EL0 is known only on the machine.
 */
#include <tn/time.h>

/*
 * Whoever comes first fills it in.  An interrupt or another CPU that comes in between computes
 * the same values; `hz`, which says that they are there, is written last.
 */
static struct tn_timescale scale;

static const struct tn_timescale *get_scale(void)
{
    if (__builtin_expect(__atomic_load_n(&scale.hz, __ATOMIC_ACQUIRE) == 0, 0)) {
        struct tn_timescale found;

        tn_timescale_init(&found, tn_time_frequency());
        scale.whole = found.whole;
        scale.fraction = found.fraction;
        __atomic_store_n(&scale.hz, found.hz, __ATOMIC_RELEASE);
    }
    return &scale;
}

uint64_t tn_time_now(void)
{
    return tn_timescale_to_ns(get_scale(), tn_time_ticks());
}

uint64_t tn_time_from_ticks(uint64_t ticks)
{
    return tn_timescale_to_ns(get_scale(), ticks);
}

uint64_t tn_time_to_ticks(uint64_t ns)
{
    return tn_timescale_to_ticks(get_scale(), ns);
}
