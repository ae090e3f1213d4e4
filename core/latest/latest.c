/* SPDX-License-Identifier: Apache-2.0 */
/* Latest value: four slots in two pairs; trust and ordering are argued in the header. */
#include <tn/latest.h>

#include <tn/compiler.h>
#include <tn/errno.h>

static inline uint32_t load_bit(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST) & 1;
}

static inline void store(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

/* A slot is the value's number, then the value. */
static inline uint8_t *slot_at(const struct tn_latest *l, uint32_t pair, uint32_t index)
{
    return l->data + (pair * 2 + index) * l->stride;
}

int tn_latest_init(struct tn_latest *l, struct tn_latest_shared *shared, void *data, uint32_t size)
{
    uint32_t pair = load_bit(&shared->latest);

    if (size == 0 || size > TN_LATEST_MAX || data == NULL || (uintptr_t)data % 8 != 0) {
        return TN_EINVAL;
    }
    *l = (struct tn_latest){.shared = shared,
                            .data = data,
                            .size = size,
                            .stride = tn_latest_bytes(size) / TN_LATEST_SLOTS};
    __builtin_memcpy(&l->count, slot_at(l, pair, load_bit(&shared->slot[pair])), sizeof(l->count));
    if (l->count > INT64_MAX) {
        l->count = 0; /* nobody has counted so far */
    }
    return TN_OK;
}

/* In the pair that the reader is not in, or is about to leave, and there in the older slot. */
void tn_latest_write(struct tn_latest *l, const void *value)
{
    uint32_t pair = 1 - load_bit(&l->shared->reading);
    uint32_t index = 1 - load_bit(&l->shared->slot[pair]);
    uint8_t *slot = slot_at(l, pair, index);

    l->count++;
    __builtin_memcpy(slot, &l->count, sizeof(l->count));
    __builtin_memcpy(slot + TN_LATEST_HEADER, value, l->size);
    store(&l->shared->slot[pair], index);
    store(&l->shared->latest, pair);
}

uint64_t tn_latest_read(struct tn_latest *l, void *value)
{
    uint32_t pair = load_bit(&l->shared->latest);
    const uint8_t *slot;

    store(&l->shared->reading, pair);
    slot = slot_at(l, pair, load_bit(&l->shared->slot[pair]));
    __builtin_memcpy(&l->count, slot, sizeof(l->count));
    if (l->count != 0) {
        __builtin_memcpy(value, slot + TN_LATEST_HEADER, l->size);
    }
    return l->count;
}
