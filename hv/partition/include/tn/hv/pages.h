/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where Mortise's own memory lies in an image that gives it cache colours (hv/colour): its virtual
 * addresses are contiguous, its pages are not.  In an image without (CONFIG_HV_COLOURED 0) none of
 * this is called or linked.  May be included from assembly.
 */
#ifndef TN_HV_PAGES_H
#define TN_HV_PAGES_H

/* Rows of the table of where what is: one for each copy of .bss from HV_COLOUR_BSS on. */
#define HV_COLOUR_IMAGE 0  /* text and read-only data, copied there */
#define HV_COLOUR_SHARED 1 /* what CPUs share */
#define HV_COLOUR_BSS 2
#define HV_COLOUR_ROW 8 /* bytes of a row */

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Pages in ascending order; as in struct tn_region. */
struct tn_hv_colour_row {
    uint32_t source; /* of the first page: offset in the image's memory */
    uint32_t colours;
};

_Static_assert(sizeof(struct tn_hv_colour_row) == HV_COLOUR_ROW, "assembly and the builder know");

/* Physical address of something in this CPU's .bss or in what CPUs share.  Any context. */
uint64_t tn_hv_colour_pa(const void *data);

/* Physical address of page `page`, from 0, of the copy of .bss that slot `slot` has.  Takes a few
 * instructions for each page before it.  Any context. */
uint64_t tn_hv_colour_bss(unsigned slot, unsigned page);
#endif

#endif
