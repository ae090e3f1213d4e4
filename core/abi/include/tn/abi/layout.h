/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the builder tells a partition's program after the link.  It lies at __image_start + 8
 * (section .tn.layout, behind the entry branch) and the builder fills it in; guest-physical
 * addresses, little-endian.
 */
#ifndef TN_ABI_LAYOUT_H
#define TN_ABI_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#define TN_LAYOUT_OFFSET 8
#define TN_LAYOUT_MAGIC 0x594c4e54u /* "TNLY" */

struct tn_layout {
    uint32_t magic;
    uint32_t size;         /* sizeof(struct tn_layout) */
    uint64_t stack_bottom; /* lowest byte of the stack; the guard page is below */
    uint64_t heap_end;     /* first byte behind the heap, which begins at __heap_start */
};

_Static_assert(sizeof(struct tn_layout) == 24, "layout is ABI");
_Static_assert(offsetof(struct tn_layout, heap_end) == 16, "layout is ABI");

#endif
