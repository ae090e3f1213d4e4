/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An application's own events in the trace that `tnimage trace` shows.  With option TRACE=n, the
 * default, a mark is nothing.
 */
#ifndef TN_MARK_H
#define TN_MARK_H

#include <stdint.h>

/* Record event `number` (0..65535) with a value.  Any context. */
void tn_trace_mark(uint32_t number, uint32_t value);

#endif
