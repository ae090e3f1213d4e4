/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buddy allocator.  Pages have numbers from 0; a block's buddy is the block whose *address*
 * differs in one bit, so all arithmetic is on numbers that count from address 0 ("frames").
 * Only the first page of a block has a state that says something; those inside are INSIDE.
 */
#include <stdbool.h>
#include <tn/compiler.h>
#include <tn/errno.h>
#include <tn/pages.h>

#define NIL UINT32_MAX /* end of a list */

/* tn_page.state: one of these, the first two plus the block's order. */
#define FREE 0x80u
#define USED 0x40u
#define INSIDE 1u
#define ABSENT 0u
#define ORDER 0x1fu

static inline uint64_t first_frame(const struct tn_pages *p)
{
    return p->base >> p->shift;
}

static void list_insert(struct tn_pages *p, uint32_t page, uint32_t order)
{
    uint32_t next = p->list[order];

    p->page[page] = (struct tn_page){.next = next, .prev = NIL, .state = (uint8_t)(FREE | order)};
    if (next != NIL) {
        p->page[next].prev = page;
    }
    p->list[order] = page;
    p->orders |= 1u << order;
}

static void list_remove(struct tn_pages *p, uint32_t page, uint32_t order)
{
    uint32_t next = p->page[page].next, prev = p->page[page].prev;

    p->page[page].state = INSIDE;
    if (next != NIL) {
        p->page[next].prev = prev;
    }
    if (prev != NIL) {
        p->page[prev].next = next;
        return;
    }
    p->list[order] = next;
    if (next == NIL) {
        p->orders &= ~(1u << order);
    }
}

/* Enter a free block, merged with its buddy as often as that is free as a whole. */
static void release(struct tn_pages *p, uint32_t page, uint32_t order)
{
    p->free += 1u << order;
    for (; order < TN_PAGES_ORDERS - 1; order++) {
        uint64_t buddy = ((first_frame(p) + page) ^ (UINT64_C(1) << order)) - first_frame(p);

        /* One before the range is a huge number here. */
        if (buddy >= p->count || p->page[buddy].state != (FREE | order)) {
            break;
        }
        list_remove(p, (uint32_t)buddy, order);
        p->page[page].state = INSIDE;
        page = buddy < page ? (uint32_t)buddy : page;
    }
    list_insert(p, page, order);
}

int tn_pages_init(struct tn_pages *p, uint64_t base, uint32_t count, uint32_t shift,
                  struct tn_page *array)
{
    if (count == 0 || count > TN_PAGES_MAX || shift == 0 || shift >= 32 || array == NULL ||
        base & ((UINT64_C(1) << shift) - 1) || ((uint64_t)count << shift) - 1 > UINT64_MAX - base) {
        return TN_EINVAL;
    }
    *p = (struct tn_pages){.base = base, .page = array, .count = count, .shift = shift};
    for (uint32_t order = 0; order < TN_PAGES_ORDERS; order++) {
        p->list[order] = NIL;
    }
    for (uint32_t page = 0; page < count; page++) {
        array[page].state = ABSENT;
    }
    return TN_OK;
}

/* The number of the page at `address`, `count` if it is none's begin. */
static inline uint32_t page_at(const struct tn_pages *p, uint64_t address)
{
    uint64_t offset = address - p->base;

    if ((offset & ((UINT64_C(1) << p->shift) - 1)) != 0 || offset >> p->shift >= p->count) {
        return p->count;
    }
    return (uint32_t)(offset >> p->shift);
}

int tn_pages_add(struct tn_pages *p, uint64_t address, uint32_t count)
{
    uint32_t page = page_at(p, address);

    if (count == 0 || page == p->count || count > p->count - page) {
        return TN_EINVAL;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (p->page[page + i].state != ABSENT) {
            return TN_EINVAL;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        p->page[page + i].state = INSIDE;
    }
    for (; count != 0; page++, count--) {
        release(p, page, 0);
    }
    return TN_OK;
}

uint64_t tn_pages_alloc(struct tn_pages *p, uint32_t order)
{
    uint32_t fitting, from, page;

    if (order >= TN_PAGES_ORDERS) {
        return TN_PAGES_NONE;
    }
    fitting = p->orders & ~0u << order;
    if (fitting == 0) {
        return TN_PAGES_NONE;
    }
    from = (uint32_t)__builtin_ctz(fitting);
    page = p->list[from];
    list_remove(p, page, from);
    p->free -= 1u << order;
    /* Halve it until it fits; the upper halves are free. */
    while (from > order) {
        from--;
        list_insert(p, page + (1u << from), from);
    }
    p->page[page].state = (uint8_t)(USED | order);
    return p->base + ((uint64_t)page << p->shift);
}

int tn_pages_order(const struct tn_pages *p, uint64_t address)
{
    uint32_t page = page_at(p, address);

    if (page == p->count || (p->page[page].state & USED) == 0) {
        return TN_EINVAL;
    }
    return (int)(p->page[page].state & ORDER);
}

int tn_pages_free(struct tn_pages *p, uint64_t address)
{
    int order = tn_pages_order(p, address);

    if (order < 0) {
        return order;
    }
    release(p, page_at(p, address), (uint32_t)order);
    return TN_OK;
}

uint32_t tn_pages_order_of(const struct tn_pages *p, uint64_t bytes)
{
    uint64_t pages = (bytes - 1) >> p->shift; /* less one: rounds up below */

    return pages == 0 ? 0 : 64u - (uint32_t)__builtin_clzll(pages);
}
