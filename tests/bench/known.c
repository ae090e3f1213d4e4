/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows whose contents are known: what the plugin must find in them.  With -D MORE=1 one of them
 * has an instruction more.
 */
#include <tn/bench.h>

#ifndef MORE
#define MORE 0
#endif

static volatile uint32_t word;

static void barriers(void *context)
{
    (void)context;
    tn_bench_begin();
    __asm__ volatile("dsb sy\n\tdsb ish\n\tisb\n\tdmb ish\n\tnop\n\tmrs x9, midr_el1\n\t"
                     "mrs x9, tpidr_el0\n\tmsr tpidr_el0, x9"
                     :
                     :
                     : "x9", "memory");
    tn_bench_end();
}

static void exclusives(void *context)
{
    (void)context;
    tn_bench_begin();
    __asm__ volatile("ldaxr w9, [%0]\n\tstlxr w10, w9, [%0]\n\t.rept %c1\n\tnop\n\t.endr"
                     :
                     : "r"(&word), "i"(MORE)
                     : "x9", "x10", "memory");
    tn_bench_end();
}

static const struct tn_bench rows[] = {
    {"barriers", NULL, barriers, NULL, NULL, 10},
    {"exclusives", NULL, exclusives, NULL, NULL, 10},
};

int main(void)
{
    return tn_bench_run(rows, sizeof(rows) / sizeof(rows[0]));
}
