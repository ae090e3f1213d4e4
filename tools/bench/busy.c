/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A neighbour that never rests: it writes all of its memory again and again and calls Mortise,
 * for longer than tools/bench/tenon.c takes, and prints nothing.
 */
#include <stddef.h>
#include <stdint.h>
#include <tn/irq.h>

#define WORDS 65536
#define ROUNDS 1000

static volatile uint64_t memory[WORDS];

static void nothing(void *arg)
{
    (void)arg;
}

int main(void)
{
    int errors = tn_irq_attach(1, nothing, NULL);

    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < WORDS; i += 2) {
            memory[i] = memory[i + 1] + round;
        }
        errors |= tn_irq_enable(1) | tn_irq_disable(1);
    }
    return errors != 0;
}
