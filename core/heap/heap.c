/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two-level segregated fit.  A block begins with its header (struct tn_heap_block); its size
 * counts from one header's `size` field to the next one's.  An allocation is what follows
 * `size`, and so it ends with the next block's `prev` field, which is only in use while this
 * block is free.  A region ends with a header of size 0 that is never free.
 */
#include <stdbool.h>
#include <tn/compiler.h>
#include <tn/errno.h>
#include <tn/heap.h>

#define FREE 1u      /* in `size`: this block is free */
#define PREV_FREE 2u /* in `size`: the block before is free, `prev` is valid */
#define FLAGS 15u    /* sizes are multiples of 16 */
#define MIN_SIZE 32u /* size, two links, and the next block's prev */
#define HEADER 8u    /* of an allocation */
#define MAX_SIZE (UINT64_C(1) << CONFIG_HEAP_MAX_LOG2)

_Static_assert(sizeof(size_t) == 8 && sizeof(void *) == 8, "made for 64 bits");

struct tn_heap_block {
    struct tn_heap_block *prev; /* the block before, if that is free */
    size_t size;
    struct tn_heap_block *next_free; /* the links are only there while this block is free */
    struct tn_heap_block *prev_free;
};

struct place {
    unsigned row, column;
};

static inline size_t size_of(const struct tn_heap_block *b)
{
    return b->size & ~(size_t)FLAGS;
}

static inline struct tn_heap_block *at(const void *block, size_t offset)
{
    return (struct tn_heap_block *)((uintptr_t)block + offset);
}

static inline struct tn_heap_block *block_of(const void *ptr)
{
    return (struct tn_heap_block *)((uintptr_t)ptr - offsetof(struct tn_heap_block, next_free));
}

static inline void *ptr_of(struct tn_heap_block *b)
{
    return &b->next_free;
}

/* The list in which a block of `size` lies. */
static inline struct place place_of(size_t size)
{
    unsigned log2 = 63u - (unsigned)__builtin_clzll(size | 128);
    struct place p = {log2 - 7, (unsigned)(size >> (log2 - 4)) & 15};

    if (log2 == 7) {
        p.column = (unsigned)(size >> 4);
    }
    return p;
}

static void list_insert(struct tn_heap *heap, struct tn_heap_block *b)
{
    struct place p = place_of(size_of(b));
    struct tn_heap_block *head = heap->list[p.row][p.column];

    b->next_free = head;
    b->prev_free = NULL;
    if (head != NULL) {
        head->prev_free = b;
    }
    heap->list[p.row][p.column] = b;
    heap->columns[p.row] |= (uint16_t)(1u << p.column);
    heap->rows |= UINT64_C(1) << p.row;
}

static void list_remove(struct tn_heap *heap, struct tn_heap_block *b)
{
    struct tn_heap_block *next = b->next_free, *prev = b->prev_free;
    struct place p;

    if (next != NULL) {
        next->prev_free = prev;
    }
    if (prev != NULL) {
        prev->next_free = next;
        return;
    }
    p = place_of(size_of(b));
    heap->list[p.row][p.column] = next;
    if (next == NULL) {
        heap->columns[p.row] &= (uint16_t) ~(1u << p.column);
        if (heap->columns[p.row] == 0) {
            heap->rows &= ~(UINT64_C(1) << p.row);
        }
    }
}

/* A free block of at least `size`, still in its list; NULL if there is none. */
static struct tn_heap_block *find(const struct tn_heap *heap, size_t size)
{
    struct place p;
    unsigned columns;
    uint64_t rows;

    if (size >= 256) {
        /* Round up to the next list's least, so that any block of the list will do. */
        size += (UINT64_C(1) << (59 - __builtin_clzll(size))) - 1;
    }
    p = place_of(size);
    if (p.row >= TN_HEAP_ROWS) {
        return NULL;
    }
    columns = heap->columns[p.row] & ~0u << p.column;
    if (columns == 0) {
        rows = heap->rows & ~UINT64_C(1) << p.row;
        if (rows == 0) {
            return NULL;
        }
        p.row = (unsigned)__builtin_ctzll(rows);
        columns = heap->columns[p.row];
    }
    return heap->list[p.row][__builtin_ctz(columns)];
}

/* Make `b`, which is in no list, a free block of `size` and enter it. */
static void make_free(struct tn_heap *heap, struct tn_heap_block *b, size_t size)
{
    struct tn_heap_block *next = at(b, size);

    b->size = size | FREE | (b->size & PREV_FREE);
    next->prev = b;
    next->size |= PREV_FREE;
    list_insert(heap, b);
}

/* Cut the used block `b` down to `size`, if what is left over is a block. */
static void trim(struct tn_heap *heap, struct tn_heap_block *b, size_t size)
{
    size_t rest = size_of(b) - size;
    struct tn_heap_block *tail, *next;

    if (rest < MIN_SIZE) {
        return;
    }
    heap->used -= rest;
    b->size -= rest;
    tail = at(b, size);
    tail->size = 0;
    next = at(tail, rest);
    if (next->size & FREE) {
        list_remove(heap, next);
        rest += size_of(next);
    }
    make_free(heap, tail, rest);
}

/* Take the free block `b` out of its list and mark it used. */
static void take(struct tn_heap *heap, struct tn_heap_block *b)
{
    list_remove(heap, b);
    b->size &= ~(size_t)FREE;
    at(b, size_of(b))->size &= ~(size_t)PREV_FREE;
    heap->used += size_of(b);
}

/* A block's size for an allocation of `size` bytes, 0 if that is too large. */
static inline size_t block_size(size_t size)
{
    if (size > MAX_SIZE) {
        return 0;
    }
    size = TN_ALIGN_UP(size + HEADER, TN_HEAP_ALIGN);
    return size < MIN_SIZE ? MIN_SIZE : size;
}

void tn_heap_init(struct tn_heap *heap)
{
    *heap = (struct tn_heap){.low = UINTPTR_MAX};
}

int tn_heap_add(struct tn_heap *heap, void *memory, size_t size)
{
    /* The first block's `size` lies 8 bytes before a multiple of 16; its `prev` is unused. */
    uintptr_t start = TN_ALIGN_UP((uintptr_t)memory, (uintptr_t)TN_HEAP_ALIGN);
    uintptr_t end = (uintptr_t)memory + size;
    struct tn_heap_block *first = at((void *)start, 0);
    size_t bytes;

    if (memory == NULL || end < (uintptr_t)memory || start < (uintptr_t)memory || end < start ||
        end - start < TN_HEAP_ALIGN + MIN_SIZE) {
        return TN_EINVAL;
    }
    bytes = TN_ALIGN_DOWN(end - start - TN_HEAP_ALIGN, (size_t)TN_HEAP_ALIGN);
    if (bytes >= MAX_SIZE) {
        bytes = MAX_SIZE - TN_HEAP_ALIGN;
    }
    at(first, bytes)->size = 0;
    first->size = 0;
    make_free(heap, first, bytes);
    heap->size += bytes;
    heap->low = start < heap->low ? start : heap->low;
    heap->high = start + bytes > heap->high ? start + bytes : heap->high;
    return TN_OK;
}

void *tn_heap_alloc(struct tn_heap *heap, size_t size)
{
    struct tn_heap_block *b;

    size = block_size(size);
    b = size != 0 ? find(heap, size) : NULL;
    if (b == NULL) {
        return NULL;
    }
    take(heap, b);
    trim(heap, b, size);
    return ptr_of(b);
}

void *tn_heap_memalign(struct tn_heap *heap, size_t align, size_t size)
{
    struct tn_heap_block *b, *aligned;
    uintptr_t ptr;
    size_t gap;

    if (align <= TN_HEAP_ALIGN) {
        return align != 0 && (align & (align - 1)) == 0 ? tn_heap_alloc(heap, size) : NULL;
    }
    size = block_size(size);
    if ((align & (align - 1)) != 0 || align > MAX_SIZE || size == 0) {
        return NULL;
    }
    /* Room to move up to the alignment, and for the gap before to be a block of its own. */
    b = find(heap, size + align + MIN_SIZE);
    if (b == NULL) {
        return NULL;
    }
    take(heap, b);
    ptr = TN_ALIGN_UP((uintptr_t)ptr_of(b), align);
    gap = ptr - (uintptr_t)ptr_of(b);
    if (gap != 0 && gap < MIN_SIZE) {
        ptr += align;
        gap += align;
    }
    if (gap != 0) {
        aligned = block_of((void *)ptr);
        aligned->size = size_of(b) - gap;
        heap->used -= gap;
        make_free(heap, b, gap);
        b = aligned;
    }
    trim(heap, b, size);
    return ptr_of(b);
}

/* TN_OK if `ptr` looks like an allocation of this heap whose neighbours agree. */
static int check(const struct tn_heap *heap, const void *ptr)
{
    const struct tn_heap_block *b = block_of(ptr);
    uintptr_t begin = (uintptr_t)b;
    size_t size;

    if ((uintptr_t)ptr % TN_HEAP_ALIGN != 0 || begin < heap->low || begin >= heap->high) {
        return TN_EINVAL;
    }
    size = size_of(b);
    if ((b->size & (FLAGS & ~PREV_FREE)) != 0 || size < MIN_SIZE) {
        return TN_EINVAL;
    }
    if (size > heap->high - begin || (at(b, size)->size & PREV_FREE) != 0) {
        return TN_EFAULT;
    }
    if ((b->size & PREV_FREE) != 0 &&
        ((uintptr_t)b->prev % TN_HEAP_ALIGN != 0 || (uintptr_t)b->prev < heap->low ||
         (uintptr_t)b->prev >= begin || (b->prev->size & FREE) == 0 ||
         at(b->prev, size_of(b->prev)) != b)) {
        return TN_EFAULT;
    }
    return TN_OK;
}

int tn_heap_free(struct tn_heap *heap, void *ptr)
{
    struct tn_heap_block *b = block_of(ptr), *next;
    size_t size;
    int error;

    if (ptr == NULL) {
        return TN_OK;
    }
    error = check(heap, ptr);
    if (TN_UNLIKELY(error != TN_OK)) {
        return error;
    }
    size = size_of(b);
    heap->used -= size;
    /* The header stays behind inside a merged block: a second release must find it free. */
    b->size |= FREE;
    next = at(b, size);
    if (next->size & FREE) {
        list_remove(heap, next);
        size += size_of(next);
    }
    if (b->size & PREV_FREE) {
        b = b->prev;
        list_remove(heap, b);
        size += size_of(b);
    }
    make_free(heap, b, size);
    return TN_OK;
}

/* Try to make the used block `b` at least `size` long by taking in a free one behind it. */
static bool grow(struct tn_heap *heap, struct tn_heap_block *b, size_t size)
{
    struct tn_heap_block *next = at(b, size_of(b));

    if ((next->size & FREE) == 0 || size_of(b) + size_of(next) < size) {
        return false;
    }
    take(heap, next);
    b->size += size_of(next);
    return true;
}

void *tn_heap_realloc(struct tn_heap *heap, void *ptr, size_t size)
{
    struct tn_heap_block *b = block_of(ptr);
    size_t need = block_size(size), old;
    void *moved;

    if (ptr == NULL) {
        return tn_heap_alloc(heap, size);
    }
    if (need == 0 || check(heap, ptr) != TN_OK) {
        return NULL;
    }
    if (size_of(b) >= need || grow(heap, b, need)) {
        trim(heap, b, need);
        return ptr;
    }
    moved = tn_heap_alloc(heap, size);
    if (moved == NULL) {
        return NULL;
    }
    old = tn_heap_usable(ptr);
    __builtin_memcpy(moved, ptr, old);
    tn_heap_free(heap, ptr);
    return moved;
}

size_t tn_heap_usable(const void *ptr)
{
    return size_of(block_of(ptr)) - HEADER;
}

/* Whether the free block `b` is in the list in which it should be. */
static bool is_listed(const struct tn_heap *heap, const struct tn_heap_block *b)
{
    struct place p = place_of(size_of(b));
    const struct tn_heap_block *it = heap->list[p.row][p.column];

    while (it != NULL && it != b) {
        it = it->next_free;
    }
    return it == b;
}

/* Whether the lists and the bitmaps agree; adds up the bytes of the free blocks. */
static bool lists_agree(const struct tn_heap *heap, size_t *bytes)
{
    for (unsigned row = 0; row < TN_HEAP_ROWS; row++) {
        if ((heap->rows >> row & 1) != (heap->columns[row] != 0)) {
            return false;
        }
        for (unsigned column = 0; column < TN_HEAP_COLUMNS; column++) {
            const struct tn_heap_block *b = heap->list[row][column], *before = NULL;

            if ((heap->columns[row] >> column & 1) != (b != NULL)) {
                return false;
            }
            for (; b != NULL; before = b, b = b->next_free) {
                struct place p = place_of(size_of(b));

                if (p.row != row || p.column != column || b->prev_free != before) {
                    return false;
                }
                *bytes += size_of(b);
            }
        }
    }
    return true;
}

int tn_heap_check(const struct tn_heap *heap, const void *memory)
{
    const struct tn_heap_block *b =
        at((void *)TN_ALIGN_UP((uintptr_t)memory, (uintptr_t)TN_HEAP_ALIGN), 0);
    const struct tn_heap_block *before = NULL;
    size_t bytes = 0;

    if (!lists_agree(heap, &bytes) || bytes + heap->used != heap->size) {
        return TN_EFAULT;
    }
    for (; size_of(b) != 0; before = b, b = at(b, size_of(b))) {
        bool free = (b->size & FREE) != 0,
             after_free = before != NULL && (before->size & FREE) != 0;

        if (((b->size & PREV_FREE) != 0) != after_free || (after_free && b->prev != before) ||
            (free && (after_free || !is_listed(heap, b))) || size_of(b) < MIN_SIZE ||
            size_of(b) > heap->high - (uintptr_t)b) {
            return TN_EFAULT;
        }
    }
    return (b->size & FREE) == 0 ? TN_OK : TN_EFAULT;
}
