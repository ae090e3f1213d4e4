/* SPDX-License-Identifier: Apache-2.0 */
/* Bucket bounds at every edge, quantiles against a sorted array. */
#include <tn/histogram.h>

#include <tn/test.h>

#define VALUES 3000

static struct tn_histogram h;
static uint64_t values[VALUES];

/* Buckets are adjacent, in order, and at most an eighth wide. */
static void buckets(void)
{
    TN_CHECK(tn_histogram_lower(0) == 0);
    for (unsigned i = 0; i < TN_HISTOGRAM_BUCKETS; i++) {
        uint64_t low = tn_histogram_lower(i), high = tn_histogram_upper(i);

        TN_CHECK(low <= high);
        TN_CHECK(tn_histogram_bucket(low) == i && tn_histogram_bucket(high) == i);
        if (i + 1 < TN_HISTOGRAM_BUCKETS) {
            TN_CHECK(tn_histogram_lower(i + 1) == high + 1);
            TN_CHECK((high - low) * 8 <= low);
        }
    }
    TN_CHECK(tn_histogram_bucket((1ull << TN_HISTOGRAM_BITS) - 1) == TN_HISTOGRAM_BUCKETS - 1);
    TN_CHECK(tn_histogram_bucket(1ull << TN_HISTOGRAM_BITS) == TN_HISTOGRAM_BUCKETS - 1);
    TN_CHECK(tn_histogram_bucket(UINT64_MAX) == TN_HISTOGRAM_BUCKETS - 1);
}

static void empty(void)
{
    tn_histogram_reset(&h);
    TN_CHECK(tn_histogram_count(&h) == 0 && tn_histogram_mean(&h) == 0);
    TN_CHECK(tn_histogram_min(&h) == 0 && tn_histogram_max(&h) == 0);
    TN_CHECK(tn_histogram_quantile(&h, 999, 1000) == 0);
}

static void one_value(void)
{
    tn_histogram_reset(&h);
    tn_histogram_add(&h, 1000);
    TN_CHECK(tn_histogram_min(&h) == 1000 && tn_histogram_max(&h) == 1000);
    TN_CHECK(tn_histogram_quantile(&h, 1, 1000) == 1000);
    TN_CHECK(tn_histogram_quantile(&h, 1, 1) == 1000);
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void check_quantile(size_t n, uint32_t num, uint32_t den)
{
    size_t rank = (n * num + den - 1) / den;
    uint64_t exact = values[rank - 1], got = tn_histogram_quantile(&h, num, den);

    TN_CHECK(got >= exact && (got - exact) * 8 <= exact);
}

static void quantiles(void)
{
    for (int round = 0; round < 50; round++) {
        size_t n = 1 + tn_test_below(VALUES);
        uint64_t sum = 0;

        tn_histogram_reset(&h);
        for (size_t i = 0; i < n; i++) {
            values[i] = tn_test_random() >> (28 + tn_test_below(36));
            sum += values[i];
            tn_histogram_add(&h, values[i]);
        }
        qsort(values, n, sizeof(values[0]), compare);
        TN_CHECK(tn_histogram_count(&h) == n && tn_histogram_mean(&h) == sum / n);
        TN_CHECK(tn_histogram_min(&h) == values[0] && tn_histogram_max(&h) == values[n - 1]);
        check_quantile(n, 1, 2);
        check_quantile(n, 999, 1000);
        TN_CHECK(tn_histogram_quantile(&h, 1, 1) == values[n - 1]);
    }
}

int main(void)
{
    tn_test_begin();
    TN_RUN(buckets);
    TN_RUN(empty);
    TN_RUN(one_value);
    TN_RUN(quantiles);
    return tn_test_end();
}
