/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics of a fixed-rate loop as text on standard output. */
#ifndef TN_LOOP_PRINT_H
#define TN_LOOP_PRINT_H

#include <tn/histogram.h>
#include <tn/loop.h>

/* Counters, a table of latency and execution time, and the histogram of the latency. */
void tn_loop_print(const struct tn_loop *loop);

/*
 * Draw a histogram of nanoseconds: one line a bucket from the first to the last one that has
 * values, or one a power of two when that would be more than 24.  Bars are linear.
 */
void tn_histogram_print(const char *title, const struct tn_histogram *h);

#endif
