/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page allocator: random operations against a map with the owner of every page, which also
 * tells whether a block of the size that was refused would have been there.
 */
#include <stdbool.h>
#include <string.h>
#include <tn/errno.h>
#include <tn/pages.h>
#include <tn/test.h>

#define PAGES 1000u
#define SHIFT 12

static struct tn_page array[PAGES + 1];
static struct tn_pages pages;
static int owner[PAGES]; /* -1: absent, 0: free, else 1 + first page of its allocation */
static uint64_t base;

static bool free_block(uint64_t first, uint32_t order)
{
    for (uint64_t i = first; i < first + (1u << order); i++) {
        if (i >= PAGES || owner[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Whether an aligned block of the order is free. */
static bool model_has(uint32_t order)
{
    uint64_t size = UINT64_C(1) << order, frame = base >> SHIFT;

    for (uint64_t first = (size - frame % size) % size; first + size <= PAGES; first += size) {
        if (free_block(first, order)) {
            return true;
        }
    }
    return false;
}

static uint64_t address_of(uint64_t page)
{
    return base + (page << SHIFT);
}

static void set(uint64_t first, uint32_t order, int value)
{
    for (uint64_t i = first; i < first + (1u << order); i++) {
        owner[i] = value;
    }
}

static void allocate(void)
{
    uint32_t order = (uint32_t)tn_test_below(tn_test_below(4) ? 4 : 11);
    uint64_t address = tn_pages_alloc(&pages, order), page = (address - base) >> SHIFT;

    TN_CHECK((address != TN_PAGES_NONE) == model_has(order));
    if (address != TN_PAGES_NONE) {
        TN_CHECK(address % (UINT64_C(1) << (order + SHIFT)) == 0 && free_block(page, order));
        TN_CHECK(tn_pages_order(&pages, address) == (int)order);
        set(page, order, (int)page + 1);
    }
}

static void release(void)
{
    uint64_t page = tn_test_below(PAGES);
    int order;

    if (owner[page] > 0 && tn_test_below(4) != 0) {
        page = (uint64_t)owner[page] - 1;
    }
    order = tn_pages_order(&pages, address_of(page));
    TN_CHECK(tn_pages_free(&pages, address_of(page) + 1) == TN_EINVAL);
    if (owner[page] == (int)page + 1) {
        TN_CHECK(order >= 0 && tn_pages_free(&pages, address_of(page)) == TN_OK);
        set(page, (uint32_t)order, 0);
    }
    TN_CHECK(tn_pages_free(&pages, address_of(page)) == TN_EINVAL);
}

static void add_some(void)
{
    memset(owner, 0xff, sizeof(owner));
    for (uint64_t first = tn_test_below(3); first < PAGES;) {
        uint64_t count = 1 + tn_test_below(400);

        count = count < PAGES - first ? count : PAGES - first;
        TN_CHECK(tn_pages_add(&pages, address_of(first), (uint32_t)count) == TN_OK);
        TN_CHECK(tn_pages_add(&pages, address_of(first + count - 1), 1) == TN_EINVAL);
        memset(&owner[first], 0, count * sizeof(int));
        first += count + tn_test_below(2) * tn_test_below(30);
    }
}

static void random_operations(void)
{
    for (int round = 0; round < 60; round++) {
        uint32_t free = 0;

        /* Anywhere, and where addresses are as large as they may be. */
        base = round % 4 == 0 ? -(uint64_t)PAGES << SHIFT : tn_test_below(1 << 24) << SHIFT;
        array[PAGES].state = 0xaa;
        TN_CHECK(tn_pages_init(&pages, base, PAGES, SHIFT, array) == TN_OK);
        TN_CHECK(tn_pages_alloc(&pages, 0) == TN_PAGES_NONE);
        add_some();
        for (int step = 0; step < 2000; step++) {
            if (tn_test_below(step / 500 % 2 ? 4 : 2) == 0) {
                allocate();
            } else {
                release();
            }
        }
        for (uint64_t page = 0; page < PAGES; page++) {
            if (owner[page] > 0) {
                int order = tn_pages_order(&pages, address_of(page));

                TN_CHECK(tn_pages_free(&pages, address_of(page)) == TN_OK);
                set(page, (uint32_t)order, 0);
            }
            free += owner[page] == 0;
        }
        TN_CHECK(pages.free == free && array[PAGES].state == 0xaa);
        for (uint32_t order = 0; order < 11; order++) {
            TN_CHECK((pages.orders >> order != 0) == model_has(order));
        }
    }
}

static void misuse(void)
{
    TN_CHECK(tn_pages_init(&pages, 0, 0, 12, array) == TN_EINVAL);
    TN_CHECK(tn_pages_init(&pages, 0, UINT32_MAX, 12, array) == TN_EINVAL);
    TN_CHECK(tn_pages_init(&pages, 0, 1, 0, array) == TN_EINVAL);
    TN_CHECK(tn_pages_init(&pages, 0, 1, 32, array) == TN_EINVAL);
    TN_CHECK(tn_pages_init(&pages, 0, 1, 12, NULL) == TN_EINVAL);
    TN_CHECK(tn_pages_init(&pages, 1, 1, 12, array) == TN_EINVAL);
    TN_CHECK(tn_pages_init(&pages, -(UINT64_C(2) << 12), 3, 12, array) == TN_EINVAL);
    TN_CHECK(tn_pages_init(&pages, 0x1000, 8, 12, array) == TN_OK);
    TN_CHECK(tn_pages_add(&pages, 0, 1) == TN_EINVAL);
    TN_CHECK(tn_pages_add(&pages, 0x1001, 1) == TN_EINVAL);
    TN_CHECK(tn_pages_add(&pages, 0x1000, 0) == TN_EINVAL);
    TN_CHECK(tn_pages_add(&pages, 0x1000, 9) == TN_EINVAL);
    TN_CHECK(tn_pages_add(&pages, 0x9000, 1) == TN_EINVAL);
    TN_CHECK(tn_pages_add(&pages, 0x1000, 8) == TN_OK);
    TN_CHECK(tn_pages_alloc(&pages, 3) == TN_PAGES_NONE); /* 0x1000..0x9000 has no such block */
    TN_CHECK(tn_pages_alloc(&pages, TN_PAGES_ORDERS) == TN_PAGES_NONE);
    TN_CHECK(tn_pages_alloc(&pages, 2) == 0x4000);
    TN_CHECK(tn_pages_free(&pages, 0x5000) == TN_EINVAL);
    TN_CHECK(tn_pages_free(&pages, 0x9000) == TN_EINVAL);
    TN_CHECK(tn_pages_free(&pages, TN_PAGES_NONE) == TN_EINVAL);
}

static void orders(void)
{
    TN_CHECK(tn_pages_init(&pages, 0, 1, 12, array) == TN_OK);
    TN_CHECK(tn_pages_order_of(&pages, 1) == 0 && tn_pages_order_of(&pages, 4096) == 0);
    TN_CHECK(tn_pages_order_of(&pages, 4097) == 1 && tn_pages_order_of(&pages, 12288) == 2);
    TN_CHECK(tn_pages_order_of(&pages, 1 << 30) == 18);
}

int main(void)
{
    tn_test_begin();
    TN_RUN(random_operations);
    TN_RUN(misuse);
    TN_RUN(orders);
    return tn_test_end();
}
