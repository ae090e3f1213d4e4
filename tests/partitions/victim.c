/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The neighbour of hostile partitions: a loop of args[1] cycles at 1 kHz.  Each cycle must come,
 * its memory be as it left it, and no interrupt arrive that is not its own.  Status 0: so it was.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <tn/irq.h>
#include <tn/loop.h>

static volatile uint32_t words[8192];
static uint32_t cycle;

static int step(void *ctx)
{
    (void)ctx;
    for (uint32_t i = cycle % 16; i < 8192; i += 16) {
        if (words[i] != (cycle < 16 ? 0 : (cycle - 16) * 8192 + i)) {
            return 2;
        }
        words[i] = cycle * 8192 + i;
    }
    cycle++;
    return 0;
}

int main(int argc, char **argv)
{
    static struct tn_loop loop;
    const struct tn_loop_config config = {
        .name = "victim",
        .period_ns = 1000000,
        .policy = TN_LOOP_CATCH_UP,
        .iterations = (uint64_t)atoi(argv[argc - 1]),
    };
    struct tn_loop_stats stats;
    int error = tn_loop_init(&loop, &config);

    for (uint32_t intid = 32; error == 0 && intid < 256; intid++) {
        tn_irq_enable(intid); /* refused: none of them is attached */
    }
    if (error == 0) {
        error = tn_loop_run(&loop, step, NULL);
    }
    tn_loop_stats(&loop, &stats);
    if (error != 0 || stats.cycles != config.iterations || stats.skipped != 0) {
        printf("error %d, %d cycles, %d skipped\n", error, (int)stats.cycles, (int)stats.skipped);
        return 1;
    }
    if (tn_irq_stray_count() != 0) {
        printf("%u stray interrupts\n", (unsigned)tn_irq_stray_count());
        return 3;
    }
    return 0;
}
