/* SPDX-License-Identifier: Apache-2.0 */
/* Between the sources of this library. */
#ifndef VCPU_INTERNAL_H
#define VCPU_INTERNAL_H

#include <stdint.h>

/* debug.c.  As a reset leaves them; what the CPU has is nobody's; saved; loaded if it must be. */
void vcpu_debug_begin(void);
void vcpu_debug_drop(void);
void vcpu_debug_save(void);
void vcpu_debug_restore(void);

/*
 * points.S.  The first so many breakpoints and watchpoints of the CPU, 1..16 each, to and from
 * memory: control and value of each, the highest number first.
 */
void vcpu_points_store(uint64_t *words, unsigned breakpoints, unsigned watchpoints);
void vcpu_points_fetch(const uint64_t *words, unsigned breakpoints, unsigned watchpoints);

#endif
