/* SPDX-License-Identifier: Apache-2.0 */
/* Log-linear histogram: see the header for who may call what at the same time. */
#include <tn/histogram.h>

#define SUB_BITS 3
#define LAST (TN_HISTOGRAM_BUCKETS - 1)
_Static_assert(1 << SUB_BITS == TN_HISTOGRAM_SUB, "buckets in a power of two");

/* Fields are read and written whole; relaxed, because the order of fields promises nothing. */
static uint64_t get(const uint64_t *field)
{
    return __atomic_load_n(field, __ATOMIC_RELAXED);
}

static void put(uint64_t *field, uint64_t value)
{
    __atomic_store_n(field, value, __ATOMIC_RELAXED);
}

void tn_histogram_reset(struct tn_histogram *h)
{
    put(&h->count, 0);
    put(&h->sum, 0);
    put(&h->min, UINT64_MAX);
    put(&h->max, 0);
    for (unsigned i = 0; i < TN_HISTOGRAM_BUCKETS; i++) {
        put(&h->buckets[i], 0);
    }
}

/* Values below 8 have a bucket each; above, the three bits behind the first one choose. */
unsigned tn_histogram_bucket(uint64_t value)
{
    if (value < TN_HISTOGRAM_SUB) {
        return (unsigned)value;
    }
    if (value >> TN_HISTOGRAM_BITS) {
        return LAST;
    }
    unsigned shift = 63 - SUB_BITS - (unsigned)__builtin_clzll(value);

    return (shift << SUB_BITS) + (unsigned)(value >> shift);
}

uint64_t tn_histogram_lower(unsigned bucket)
{
    unsigned shift = bucket < TN_HISTOGRAM_SUB ? 0 : (bucket >> SUB_BITS) - 1;

    return (uint64_t)(bucket - (shift << SUB_BITS)) << shift;
}

uint64_t tn_histogram_upper(unsigned bucket)
{
    return bucket >= LAST ? UINT64_MAX : tn_histogram_lower(bucket + 1) - 1;
}

void tn_histogram_add(struct tn_histogram *h, uint64_t value)
{
    uint64_t *bucket = &h->buckets[tn_histogram_bucket(value)];

    put(bucket, get(bucket) + 1);
    put(&h->sum, get(&h->sum) + value);
    if (value < get(&h->min)) {
        put(&h->min, value);
    }
    if (value > get(&h->max)) {
        put(&h->max, value);
    }
    put(&h->count, get(&h->count) + 1);
}

uint64_t tn_histogram_count(const struct tn_histogram *h)
{
    return get(&h->count);
}

uint64_t tn_histogram_mean(const struct tn_histogram *h)
{
    uint64_t count = get(&h->count);

    return count ? get(&h->sum) / count : 0;
}

uint64_t tn_histogram_min(const struct tn_histogram *h)
{
    return get(&h->count) ? get(&h->min) : 0;
}

uint64_t tn_histogram_max(const struct tn_histogram *h)
{
    return get(&h->max);
}

/* Counts by the buckets alone, so that a value that is half added does no harm. */
uint64_t tn_histogram_quantile(const struct tn_histogram *h, uint32_t num, uint32_t den)
{
    uint64_t max = get(&h->max);
    uint64_t total = 0, seen = 0, rank;

    for (unsigned i = 0; i < TN_HISTOGRAM_BUCKETS; i++) {
        total += get(&h->buckets[i]);
    }
    /* ceil(total * num / den) without leaving 64 bits */
    rank = total / den * num + (total % den * num + den - 1) / den;
    for (unsigned i = 0; i < TN_HISTOGRAM_BUCKETS && total; i++) {
        seen += get(&h->buckets[i]);
        if (seen >= rank) {
            uint64_t upper = tn_histogram_upper(i);

            return upper < max ? upper : max;
        }
    }
    return max;
}
