/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heap: random operations, each allocation filled with a pattern of its own so that overlap
 * and lost contents show, the heap's own check on the way, and every kind of misuse.
 */
#include <stdbool.h>
#include <string.h>
#include <tn/errno.h>
#include <tn/heap.h>
#include <tn/test.h>

#define REGIONS 3
#define SLOTS 300

static _Alignas(4096) unsigned char memory[REGIONS][1 << 18];
static const size_t region_size[REGIONS] = {1 << 18, 12345, 100};
static const size_t region_start[REGIONS] = {0, 3, 8};
static struct tn_heap heap;

static struct {
    unsigned char *p;
    size_t size;
    unsigned char fill;
} slots[SLOTS];

static void fill(int i, size_t from)
{
    for (size_t k = from; k < slots[i].size; k++) {
        slots[i].p[k] = (unsigned char)(slots[i].fill + k);
    }
}

static void check_fill(int i, size_t size)
{
    for (size_t k = 0; k < size; k++) {
        TN_CHECK(slots[i].p[k] == (unsigned char)(slots[i].fill + k));
    }
}

static bool inside(const unsigned char *p, size_t size)
{
    for (int r = 0; r < REGIONS; r++) {
        const unsigned char *start = memory[r] + region_start[r];

        if (p >= start && p + size <= start + region_size[r] - region_start[r]) {
            return true;
        }
    }
    return false;
}

static void check_heap(void)
{
    for (int r = 0; r < REGIONS; r++) {
        TN_CHECK(tn_heap_check(&heap, memory[r] + region_start[r]) == TN_OK);
    }
}

static size_t random_size(void)
{
    return (size_t)(tn_test_random() >> (64 - tn_test_below(17)) % 64) % 40000;
}

static void make(int i)
{
    size_t size = random_size(), align = (size_t)1 << tn_test_below(13);

    if (tn_test_below(4) == 0) {
        slots[i].p = tn_heap_memalign(&heap, align, size);
    } else {
        align = TN_HEAP_ALIGN;
        slots[i].p = tn_heap_alloc(&heap, size);
    }
    if (slots[i].p == NULL) {
        return;
    }
    TN_CHECK((uintptr_t)slots[i].p % align == 0 && (uintptr_t)slots[i].p % TN_HEAP_ALIGN == 0);
    TN_CHECK(tn_heap_usable(slots[i].p) >= size && inside(slots[i].p, tn_heap_usable(slots[i].p)));
    slots[i].size = tn_test_below(2) ? tn_heap_usable(slots[i].p) : size;
    slots[i].fill = (unsigned char)tn_test_random();
    fill(i, 0);
}

static void resize(int i)
{
    size_t size = random_size(), kept = size < slots[i].size ? size : slots[i].size;
    unsigned char *p = tn_heap_realloc(&heap, slots[i].p, size);

    if (p == NULL) {
        check_fill(i, slots[i].size);
        return;
    }
    slots[i].p = p;
    TN_CHECK(inside(p, tn_heap_usable(p)) && tn_heap_usable(p) >= size);
    check_fill(i, kept);
    slots[i].size = size;
    fill(i, kept);
}

static void release(int i)
{
    check_fill(i, slots[i].size);
    TN_CHECK(tn_heap_free(&heap, slots[i].p) == TN_OK);
    TN_CHECK(tn_heap_free(&heap, slots[i].p) == TN_EINVAL);
    slots[i].p = NULL;
}

static void random_operations(void)
{
    size_t whole;

    tn_heap_init(&heap);
    TN_CHECK(tn_heap_alloc(&heap, 1) == NULL);
    for (int r = 0; r < REGIONS; r++) {
        TN_CHECK(tn_heap_add(&heap, memory[r] + region_start[r],
                             region_size[r] - region_start[r]) == TN_OK);
    }
    whole = heap.size;
    TN_CHECK(whole > (1 << 18) + 12300);
    for (int step = 0; step < 200000; step++) {
        int i = (int)tn_test_below(step / 20000 % 2 ? SLOTS : 20);

        if (slots[i].p == NULL) {
            make(i);
        } else if (tn_test_below(3) == 0) {
            resize(i);
        } else {
            release(i);
        }
        if (step % 97 == 0) {
            check_heap();
        }
    }
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i].p != NULL) {
            release(i);
        }
    }
    check_heap();
    TN_CHECK(heap.used == 0 && heap.size == whole);
    /* All is one block again: most of the large region can be had at once. */
    TN_CHECK(tn_heap_alloc(&heap, 240 << 10) != NULL);
}

/* One region, until nothing is left: nothing is lost but the overhead that is documented. */
static void exhaustion(void)
{
    unsigned count = 0;
    void *last = NULL, *p;

    tn_heap_init(&heap);
    TN_CHECK(tn_heap_add(&heap, memory[0], 32000 + 16) == TN_OK);
    while ((p = tn_heap_alloc(&heap, 24)) != NULL) {
        *(void **)p = last;
        last = p;
        count++;
    }
    TN_CHECK(count == 1000 && heap.used == 32000);
    for (; last != NULL; last = p) {
        p = *(void **)last;
        TN_CHECK(tn_heap_free(&heap, last) == TN_OK);
    }
    TN_CHECK(heap.used == 0 && tn_heap_check(&heap, memory[0]) == TN_OK);
}

static void misuse(void)
{
    char *a, *b, *c;

    tn_heap_init(&heap);
    TN_CHECK(tn_heap_add(&heap, NULL, 1000) == TN_EINVAL);
    TN_CHECK(tn_heap_add(&heap, memory[0], 47) == TN_EINVAL);
    TN_CHECK(tn_heap_add(&heap, memory[0], SIZE_MAX) == TN_EINVAL);
    TN_CHECK(tn_heap_add(&heap, memory[0] + 1, 48) == TN_EINVAL);
    TN_CHECK(tn_heap_add(&heap, memory[0], 4096) == TN_OK);
    TN_CHECK(tn_heap_alloc(&heap, 5000) == NULL);
    TN_CHECK(tn_heap_alloc(&heap, SIZE_MAX) == NULL);
    TN_CHECK(tn_heap_alloc(&heap, SIZE_MAX - 20) == NULL);
    TN_CHECK(tn_heap_memalign(&heap, 0, 8) == NULL);
    TN_CHECK(tn_heap_memalign(&heap, 24, 8) == NULL);
    TN_CHECK(tn_heap_memalign(&heap, 48, 8) == NULL);
    TN_CHECK(tn_heap_memalign(&heap, (size_t)1 << 63, 8) == NULL);
    TN_CHECK(tn_heap_memalign(&heap, 64, SIZE_MAX) == NULL);
    TN_CHECK(tn_heap_free(&heap, NULL) == TN_OK);

    a = tn_heap_realloc(&heap, NULL, 100);
    b = tn_heap_alloc(&heap, 0);
    c = tn_heap_alloc(&heap, 100);
    TN_CHECK(a != NULL && b != NULL && c != NULL && tn_heap_usable(b) == 24);
    memset(a, 0, 100);
    memset(b, 0, 24);
    memset(c, 0, 100);
    TN_CHECK(tn_heap_free(&heap, a + 8) == TN_EINVAL);
    TN_CHECK(tn_heap_free(&heap, a + 16) == TN_EINVAL);
    TN_CHECK(tn_heap_free(&heap, memory[1]) == TN_EINVAL);
    TN_CHECK(tn_heap_realloc(&heap, a, SIZE_MAX) == NULL);
    TN_CHECK(tn_heap_realloc(&heap, a + 8, 8) == NULL);

    /* Merged into its neighbours, in both orders: still noticed. */
    TN_CHECK(tn_heap_free(&heap, a) == TN_OK && tn_heap_free(&heap, b) == TN_OK);
    TN_CHECK(tn_heap_free(&heap, a) == TN_EINVAL && tn_heap_free(&heap, b) == TN_EINVAL);
    TN_CHECK(tn_heap_check(&heap, memory[0]) == TN_OK);

    /* Written past the end, into the size of the block behind and over the link to the front. */
    b = tn_heap_alloc(&heap, 100);
    memset(b + 104, 0xff, 8);
    TN_CHECK(tn_heap_free(&heap, b) == TN_EFAULT);
    TN_CHECK(tn_heap_check(&heap, memory[0]) == TN_EFAULT);
}

static void broken_link(void)
{
    char *a, *b;

    tn_heap_init(&heap);
    TN_CHECK(tn_heap_add(&heap, memory[0], 4096) == TN_OK);
    a = tn_heap_alloc(&heap, 24);
    b = tn_heap_alloc(&heap, 24);
    TN_CHECK(tn_heap_free(&heap, a) == TN_OK);
    memset(a + 16, 0x41, 8); /* used after it was released */
    TN_CHECK(tn_heap_free(&heap, b) == TN_EFAULT);
    TN_CHECK(tn_heap_check(&heap, memory[0]) == TN_EFAULT);
}

/* A block grows in place when the one behind it is free, and moves when it is not. */
static void realloc_in_place(void)
{
    char *a, *b;

    tn_heap_init(&heap);
    TN_CHECK(tn_heap_add(&heap, memory[0], 4096) == TN_OK);
    a = tn_heap_alloc(&heap, 100);
    TN_CHECK(tn_heap_realloc(&heap, a, 1000) == a && tn_heap_usable(a) >= 1000);
    TN_CHECK(tn_heap_realloc(&heap, a, 10) == a && tn_heap_usable(a) == 24);
    b = tn_heap_alloc(&heap, 24);
    TN_CHECK(b == a + 32);
    memcpy(a, "contents", 9);
    b = tn_heap_realloc(&heap, a, 25);
    TN_CHECK(b != a && strcmp(b, "contents") == 0);
    TN_CHECK(tn_heap_check(&heap, memory[0]) == TN_OK);
}

int main(void)
{
    tn_test_begin();
    TN_RUN(random_operations);
    TN_RUN(exhaustion);
    TN_RUN(misuse);
    TN_RUN(broken_link);
    TN_RUN(realloc_in_place);
    return tn_test_end();
}
