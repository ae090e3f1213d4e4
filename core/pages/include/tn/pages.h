/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page allocator: blocks of 2^order pages, each aligned to its size, by the buddy method
 * (Knowlton, CACM 1965).  It hands out addresses of a range and never touches what lies there,
 * so the range may be physical memory that is not mapped; all that it knows is in an array which
 * the caller gives, 12 bytes a page.
 *
 * A new allocator has no free page: the caller adds those that are free.  Allocation and
 * release take at most one step for each order, whatever the number of pages.  No lock: the
 * caller serialises access.  Any context.
 */
#ifndef TN_PAGES_H
#define TN_PAGES_H

#include <stddef.h>
#include <stdint.h>

#define TN_PAGES_ORDERS 19u               /* orders 0 .. 18: 4 KiB to 1 GiB with pages of 4 KiB */
#define TN_PAGES_NONE UINT64_MAX          /* no address */
#define TN_PAGES_MAX UINT32_C(0xfffffff0) /* pages of one range */

/* What is known of one page; private. */
struct tn_page {
    uint32_t next, prev; /* links of the first page of a free block */
    uint8_t state;
};

struct tn_pages {
    uint64_t base;
    struct tn_page *page;
    uint32_t count;  /* pages of the range */
    uint32_t free;   /* of which so many are free */
    uint32_t orders; /* bit n: list[n] is not empty */
    uint32_t shift;  /* a page has 2^shift bytes */
    uint32_t list[TN_PAGES_ORDERS];
};

/*
 * An allocator for the `count` pages (1 .. TN_PAGES_MAX) of 2^shift bytes (0 < shift < 32) from
 * `base`, an address aligned to the page; blocks are aligned as addresses, not as offsets from
 * `base`.  `array` has `count` elements and stays with the allocator.  TN_EINVAL if an argument
 * is out of range or the range wraps.
 */
int tn_pages_init(struct tn_pages *p, uint64_t base, uint32_t count, uint32_t shift,
                  struct tn_page *array);

/*
 * Make free the pages from `address` on, `count` of them, none of which was added before.
 * TN_EINVAL, and nothing is added, if one is outside of the range or was added.  Linear in
 * `count`.
 */
int tn_pages_add(struct tn_pages *p, uint64_t address, uint32_t count);

/* Allocate 2^order pages: their address, or TN_PAGES_NONE if there is no such block. */
uint64_t tn_pages_alloc(struct tn_pages *p, uint32_t order);

/*
 * Give back what tn_pages_alloc() returned.  TN_EINVAL, and nothing happens, if `address` is
 * not the begin of an allocation: twice given back, or foreign.
 */
int tn_pages_free(struct tn_pages *p, uint64_t address);

/* The order of an allocation by its address, or TN_EINVAL. */
int tn_pages_order(const struct tn_pages *p, uint64_t address);

/* Smallest order of a block of at least `bytes` (at least 1). */
uint32_t tn_pages_order_of(const struct tn_pages *p, uint64_t bytes);

#endif
