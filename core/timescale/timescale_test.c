/* SPDX-License-Identifier: Apache-2.0 */
/* The conversions against 128-bit arithmetic, for odd and even frequencies and random times. */
#include <tn/timescale.h>

#include <tn/compiler.h>
#include <tn/test.h>

static const uint32_t frequencies[] = {1,        3,        32768,    1000000,    1920000,
                                       19200000, 24000000, 31250000, 33333333,   54000000,
                                       62500000, 65000000, 99999999, 1000000000, 4294967295u};

static uint64_t exact_ns(uint64_t ticks, uint32_t hz)
{
    return (uint64_t)((unsigned __int128)ticks * TN_NS_PER_SEC / hz);
}

static uint64_t exact_ticks(uint64_t ns, uint32_t hz)
{
    return (uint64_t)(((unsigned __int128)ns * hz + TN_NS_PER_SEC - 1) / TN_NS_PER_SEC);
}

/* A time of any magnitude whose tick count and nanoseconds both fit. */
static uint64_t any_ns(uint32_t hz)
{
    uint64_t ns = tn_test_random() >> tn_test_below(64);

    return hz > TN_NS_PER_SEC ? ns / 5 : ns;
}

static void ticks_to_ns(void)
{
    for (size_t i = 0; i < TN_ARRAY_SIZE(frequencies); i++) {
        uint32_t hz = frequencies[i];
        struct tn_timescale scale;

        tn_timescale_init(&scale, hz);
        for (int n = 0; n < 20000; n++) {
            uint64_t ticks = exact_ticks(any_ns(hz), hz);
            uint64_t ns = tn_timescale_to_ns(&scale, ticks), exact = exact_ns(ticks, hz);

            if (exact < UINT64_MAX - 1 && ticks < exact_ticks(UINT64_MAX, hz)) {
                TN_CHECK(ns == exact || (ns == exact + 1 && TN_NS_PER_SEC % hz != 0));
                TN_CHECK(tn_timescale_to_ns(&scale, ticks + 1) >= ns || ns > UINT64_MAX / 2);
            }
        }
    }
}

static void ns_to_ticks(void)
{
    for (size_t i = 0; i < TN_ARRAY_SIZE(frequencies); i++) {
        uint32_t hz = frequencies[i];
        struct tn_timescale scale;

        tn_timescale_init(&scale, hz);
        for (int n = 0; n < 20000; n++) {
            uint64_t ns = any_ns(hz), ticks = tn_timescale_to_ticks(&scale, ns);

            TN_CHECK(ticks == exact_ticks(ns, hz));
            if (ns < UINT64_MAX - TN_NS_PER_SEC) {
                TN_CHECK(tn_timescale_to_ns(&scale, ticks) >= ns);
            }
        }
    }
}

/* A sum of periods does not drift: release k is at its exact tick however far it is. */
static void no_drift(void)
{
    struct tn_timescale scale;

    tn_timescale_init(&scale, 24000000);
    for (uint64_t k = 1; k < 1000000000000; k = k * 3 + 1) {
        TN_CHECK(tn_timescale_to_ticks(&scale, k * 125000) == k * 3000);
    }
}

int main(void)
{
    tn_test_begin();
    TN_RUN(ticks_to_ns);
    TN_RUN(ns_to_ticks);
    TN_RUN(no_drift);
    return tn_test_end();
}
