/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostile.c on two CPUs at once, with all interrupts masked: what it does to its own lines is its
 * own matter.  args[1]: tries of each, args[2]: seed.  Status 1 when a call changed a register that
 * it must preserve.
 */
#include <stdlib.h>

#include "hostile_call.h"
#include "second.h"

static int tries, seed;
static volatile bool ready[2], done[2];
static volatile bool wrong;

static void *attack(void *arg)
{
    unsigned self = (unsigned)(uintptr_t)arg;

    __asm__ volatile("msr daifset, #15");
    set_seed(seed + (int)self * 500);
    ready[self] = true;
    while (!ready[1 - self]) {}
    for (int i = tries; i > 0; i--) {
        if (!attempt()) {
            wrong = true;
        }
    }
    done[self] = true;
    while (!done[1 - self]) {}
    if (self == 0) {
        exit(wrong);
    }
    for (;;) {}
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        return 2;
    }
    tries = atoi(argv[1]);
    seed = atoi(argv[2]);
    if (second_cpu(attack, (void *)1) != TN_OK) {
        return 3;
    }
    attack(NULL);
    return 0;
}
