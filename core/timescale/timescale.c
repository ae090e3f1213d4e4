/* SPDX-License-Identifier: Apache-2.0 */
/* The factor between ticks and nanoseconds, found by long division in base 2^32. */
#include <tn/timescale.h>

void tn_timescale_init(struct tn_timescale *scale, uint32_t hz)
{
    uint64_t rest = TN_NS_PER_SEC % hz;
    uint64_t high = (rest << 32) / hz;
    uint64_t low_rest = (rest << 32) % hz;
    uint64_t low = (low_rest << 32) / hz;

    scale->hz = hz;
    scale->whole = (uint32_t)(TN_NS_PER_SEC / hz);
    scale->fraction = (high << 32 | low) + ((low_rest << 32) % hz != 0);
}
