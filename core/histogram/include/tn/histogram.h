/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log-linear histogram in fixed memory: eight buckets for each power of two, so that a
 * bucket is at most 12.5 % wide, from 0 to 2^36 - 1 (nanoseconds: 68 s); larger values count in
 * the last bucket.  Minimum, maximum and sum are exact.  Adding is constant time: a count of
 * leading zeroes, no division.
 *
 * One writer, any number of readers, at the same time, without a lock: every field is one
 * aligned 64-bit word that the writer alone stores, and a word is never seen half-written (Arm
 * ARM B2.2.1).  A reader may see a value in the buckets whose share of the sum is not there yet,
 * or the other way round: it is off by at most the one value that is just being added.  That
 * is why there is no sequence lock: a reader in an interrupt handler that came in the middle
 * of an addition would wait for ever.
 */
#ifndef TN_HISTOGRAM_H
#define TN_HISTOGRAM_H

#include <stdint.h>

#define TN_HISTOGRAM_SUB 8   /* buckets in a power of two */
#define TN_HISTOGRAM_BITS 36 /* of a value */
#define TN_HISTOGRAM_BUCKETS ((TN_HISTOGRAM_BITS - 3 + 1) * TN_HISTOGRAM_SUB)

struct tn_histogram {
    uint64_t sum;
    uint64_t min; /* meaningless as long as nothing was added */
    uint64_t max;
    uint64_t count;
    uint64_t buckets[TN_HISTOGRAM_BUCKETS];
};

/* Empty it.  The writer's call. */
void tn_histogram_reset(struct tn_histogram *h);

/* Count one value.  The writer's call. */
void tn_histogram_add(struct tn_histogram *h, uint64_t value);

/* The bucket in which a value counts, 0..TN_HISTOGRAM_BUCKETS - 1. */
unsigned tn_histogram_bucket(uint64_t value);

/* The least and the largest value of a bucket (of the last one UINT64_MAX). */
uint64_t tn_histogram_lower(unsigned bucket);
uint64_t tn_histogram_upper(unsigned bucket);

/* How many values were added; their mean, minimum and maximum, 0 when there are none. */
uint64_t tn_histogram_count(const struct tn_histogram *h);
uint64_t tn_histogram_mean(const struct tn_histogram *h);
uint64_t tn_histogram_min(const struct tn_histogram *h);
uint64_t tn_histogram_max(const struct tn_histogram *h);

/*
 * The least value that at least num / den of the values do not exceed, rounded up to its
 * bucket's end, but never above the maximum: (999, 1000) is p99.9.  0 < num <= den.  0 when
 * there are no values.
 */
uint64_t tn_histogram_quantile(const struct tn_histogram *h, uint32_t num, uint32_t den);

#endif
