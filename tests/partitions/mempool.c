/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the pool.  args[1] "asks": asks, gives back, offers to the other partition, and tries
 * what must be refused; "offers": no more than offers; "lives": only asks and gives back; "wild":
 * writes to a range after it has given it back.  "peer": accepts what it
 * is told of and reads it, gives it back, accepts it again and ends with it; "writes": writes to
 * it. Status 0 when all is as it should be, else the line where not.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <tn/chan.h>
#include <tn/hypercall.h>
#include <tn/memory.h>

#include "check.h"

#define POOL (8u << 20)
#define PAGE 4096u
#define BLOCK (2u << 20)
#define ROUNDS 300

struct word {
    uint32_t step;
    uint32_t address;
};

static struct tn_chan say, answer;

static void tell(struct tn_chan *chan, uint32_t step, void *address)
{
    struct word word = {step, (uint32_t)(uintptr_t)address};

    tn_chan_write(chan, &word);
}

static uint8_t *await(struct tn_chan *chan, uint32_t step)
{
    struct word word = {0, 0};

    while (tn_chan_read(chan, &word) <= 0 || word.step != step) {}
    return (uint8_t *)(uintptr_t)word.address;
}

static bool clear(const uint8_t *range, size_t size)
{
    for (size_t i = 0; i < size; i += 8) {
        if (*(const uint64_t *)(range + i) != 0) {
            return false;
        }
    }
    return true;
}

static void refusals(uint8_t *own)
{
    CHECK(tn_memory_ask(0) == NULL && tn_memory_ask(TN_MEMORY_MAX + 1) == NULL);
    CHECK(tn_memory_ask(SIZE_MAX) == NULL);
    CHECK(tn_memory_give(NULL) == TN_EINVAL && tn_memory_give(own + PAGE) == TN_EINVAL);
    CHECK(tn_memory_give(own + 1) == TN_EINVAL && tn_memory_give((void *)-1) == TN_EINVAL);
    CHECK(tn_memory_give(&say) == TN_EINVAL);
    CHECK(tn_memory_share(own, 0, true) == TN_EINVAL && tn_memory_share(own, 2, true) == TN_EINVAL);
    CHECK(tn_memory_share(own, UINT32_MAX, true) == TN_EINVAL);
    CHECK(tn_memory_share(own + PAGE, 1, true) == TN_EINVAL);
    CHECK(tn_memory_accept(own) == TN_EINVAL && tn_memory_accept(NULL) == TN_EINVAL);
    CHECK(tn_hypercall3(TN_HC_MEMORY_SHARE, (uintptr_t)own, 1, 4) == TN_HC_INVALID);
    CHECK(tn_hypercall3(TN_HC_MEMORY_SHARE, (uintptr_t)own, 1, 2) == TN_HC_INVALID);
    CHECK(tn_hypercall3(TN_HC_MEMORY_SHARE, (uintptr_t)own, 1ull << 32 | 1, 1) == TN_HC_INVALID);
}

/* All of the pool, by pieces; then whole blocks where pages were. */
static void fill(void)
{
    void *ranges[65];
    unsigned count = 0;

    while (count < 65 && (ranges[count] = tn_memory_ask(PAGE)) != NULL) {
        count++;
    }
    CHECK(count == 64 || count == 63); /* records */
    while (count > 0) {
        CHECK(tn_memory_give(ranges[--count]) == TN_OK);
    }
}

static void lives(void)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        size_t size = i % 100 == 99 ? TN_MEMORY_MAX : (i * 7919 % 9 + 1) * PAGE;
        uint8_t *one = tn_memory_ask(size), *two = tn_memory_ask(PAGE);

        CHECK(one != NULL && two != NULL && one != two && clear(one, size) && clear(two, PAGE));
        CHECK(size < BLOCK || (uintptr_t)one % BLOCK == 0);
        memset(one, 0xa5, size);
        memset(two, 0x5a, PAGE);
        CHECK(one[size - 1] == 0xa5 && two[0] == 0x5a);
        CHECK(tn_memory_give(one) == TN_OK && tn_memory_give(one) == TN_EINVAL);
        CHECK(two[PAGE - 1] == 0x5a && tn_memory_give(two) == TN_OK);
    }
}

static void asks(void)
{
    uint8_t *own = tn_memory_ask(3 * PAGE - 1);

    CHECK(own != NULL && clear(own, 3 * PAGE));
    refusals(own);
    fill();
    lives();
    memset(own, 7, 3 * PAGE);
    CHECK(tn_memory_share(own, 1, true) == TN_OK && tn_memory_share(own, 1, false) == TN_OK);
    tell(&say, 1, own);
    await(&answer, 1);
    CHECK(tn_memory_give(own) == TN_EBUSY && tn_memory_share(own, 1, true) == TN_EBUSY);
    tell(&say, 2, own);
    await(&answer, 2);
    CHECK(tn_memory_share(own, 1, true) == TN_OK);
    tell(&say, 3, own);
    await(&answer, 3);
    CHECK(own[0] == 9);
    while (tn_memory_give(own) == TN_EBUSY) {} /* until it has ended */
    CHECK(tn_memory_give(own) == TN_EINVAL);
}

/* Only until the other one has it. */
static void offers(void)
{
    uint8_t *own = tn_memory_ask(3 * PAGE);

    CHECK(own != NULL);
    memset(own, 7, 3 * PAGE);
    CHECK(tn_memory_share(own, 1, false) == TN_OK);
    tell(&say, 1, own);
    await(&answer, 1);
}

static void peer(bool writes)
{
    uint8_t *range = await(&say, 1);

    CHECK(tn_memory_give(range) == TN_EINVAL && tn_memory_accept(range + PAGE) == TN_EINVAL);
    CHECK(tn_memory_accept(range) == 3 * PAGE && tn_memory_accept(range) == TN_EINVAL);
    CHECK(range[0] == 7 && range[3 * PAGE - 1] == 7);
    CHECK(tn_memory_share(range, 0, true) == TN_EINVAL);
    tell(&answer, 1, range);
    if (writes) {
        *(volatile uint8_t *)range = 1;
    }
    await(&say, 2);
    CHECK(tn_memory_give(range) == TN_OK && tn_memory_accept(range) == TN_EINVAL);
    tell(&answer, 2, range);
    await(&say, 3);
    CHECK(tn_memory_accept(range) == 3 * PAGE);
    range[0] = 9;
    tell(&answer, 3, range);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2 && tn_chan_open(&say, "say") == TN_OK);
    CHECK(tn_chan_open(&answer, "answer") == TN_OK);
    switch (argv[1][0]) {
    case 'a':
        asks();
        break;
    case 'o':
        offers();
        break;
    case 'l':
        lives();
        break;
    case 'w':
        if (argv[1][1] == 'r') {
            peer(true);
        } else {
            volatile uint8_t *range = tn_memory_ask(PAGE);

            *range = 1;
            CHECK(tn_memory_give((void *)range) == TN_OK);
            *range = 2;
        }
        break;
    default:
        peer(false);
    }
    return 0;
}
