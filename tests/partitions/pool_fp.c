/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FP registers of instances.
 *
 *   keep US TIMES   sleeps for so many us so often, and finds all of them as it has left them
 *   lives           finds the upper half empty, which the start of a program does not use; leaves
 *                   something in it and faults, to live again; status 2 when it was not empty
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tn/time.h>

#include "check.h"

#define WORDS 64
#define REGISTERS                                                                                  \
    "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"

static void load(const uint64_t *words)
{
    __asm__ volatile(".irp n, " REGISTERS "\n\tldr q\\n, [%0], #16\n\t.endr"
                     : "+r"(words)
                     :
                     : "memory");
}

static void store(uint64_t *words)
{
    __asm__ volatile(".irp n, " REGISTERS "\n\tstr q\\n, [%0], #16\n\t.endr"
                     : "+r"(words)
                     :
                     : "memory");
}

/* What a sleep does has no FP instructions: the compiler is not told that it would lose them. */
static int keep(uint64_t us, unsigned times)
{
    static uint64_t left[WORDS], found[WORDS];

    for (unsigned i = 0; i < WORDS; i++) {
        left[i] = (i + 1) * 0x0101010101010101u;
    }
    for (unsigned i = 0; i < times; i++) {
        load(left);
        tn_sleep_until(tn_time_now() + us * 1000);
        store(found);
        CHECK(memcmp(left, found, sizeof(left)) == 0);
    }
    return 0;
}

static int lives(void)
{
    static uint64_t words[WORDS];

    store(words);
    for (unsigned i = WORDS / 2; i < WORDS; i++) {
        if (words[i] != 0) {
            return 2;
        }
        words[i] = ~0ull;
    }
    load(words);
    *(volatile int *)0 = 0;
    return 3;
}

int main(int argc, char **argv)
{
    return argc == 4 ? keep((uint64_t)atoi(argv[2]), (unsigned)atoi(argv[3])) : lives();
}
