/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the pool on two CPUs.  args[1] "both": each CPU asks, fills and hands over to the
 * other, which looks at it and gives it back, while both also give back what they do not have;
 * "wild": one CPU gives back what the other one reads, whose next access is a fault.  Status 0 when
 * all is as it should be, else the line where not.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <tn/memory.h>

#include "check.h"
#include "second.h"

#define PAGE 4096u
#define POOL_FIRST 0x6000000u /* address of the pool on the boards of the test */
#define ROUNDS 100u

/* What one CPU has for the other; 0: nothing. */
static _Atomic(uintptr_t) handed[2];
static volatile unsigned done;
static volatile bool reads;

static size_t size_of(unsigned round)
{
    return round % 50 == 49 ? 2u << 20 : (round * 7919 % 5 + 1) * PAGE;
}

static bool holds(const uint8_t *range, size_t size, uint8_t value)
{
    for (size_t at = 0; at < size; at += 512) {
        if (range[at] != value) {
            return false;
        }
    }
    return range[size - 1] == value;
}

/* The other CPU's: as filled there; gone for both when it is given back here. */
static void take(unsigned from, unsigned round)
{
    uintptr_t range;

    while ((range = handed[from]) == 0) {}
    CHECK(holds((uint8_t *)range, size_of(round), (uint8_t)(round + from + 1)));
    CHECK(tn_memory_give((void *)range) == TN_OK);
    handed[from] = 0;
}

/* A range that the other CPU may be asking for now, or may have handed over, is not touched. */
static void guess(unsigned round)
{
    uintptr_t range = POOL_FIRST + (uintptr_t)(round * 31 % 64) * PAGE + 1;

    CHECK(tn_memory_give((void *)range) == TN_EINVAL);
}

static void work(unsigned self)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t size = size_of(round);
        uint8_t *range = tn_memory_ask(size);

        CHECK(range != NULL && holds(range, size, 0));
        memset(range, (int)(round + self + 1), size);
        handed[self] = (uintptr_t)range;
        guess(round);
        take(1 - self, round);
        while (handed[self] != 0) {}
    }
    __atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
}

static void *second(void *arg)
{
    const volatile uint8_t *range = arg;

    if (range == NULL) {
        work(1);
        return NULL;
    }
    for (;;) {
        CHECK(range[PAGE] == 7);
        reads = true;
    }
}

static void wild(uint8_t *range)
{
    while (!reads) {}
    CHECK(tn_memory_give(range) == TN_OK);
    for (;;) {}
}

int main(int argc, char **argv)
{
    uint8_t *range = NULL;

    CHECK(argc == 2);
    if (argv[1][0] == 'w') {
        range = tn_memory_ask(3 * PAGE);
        CHECK(range != NULL);
        memset(range, 7, 3 * PAGE);
    }
    CHECK(second_cpu(second, range) == TN_OK);
    if (range != NULL) {
        wild(range);
    }
    work(0);
    while (done != 2) {}
    /* All of it has come back. */
    CHECK(tn_memory_ask(TN_MEMORY_MAX) != NULL && tn_memory_ask(TN_MEMORY_MAX) != NULL);
    return 0;
}
