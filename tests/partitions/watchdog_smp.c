/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On two CPUs: a thread on the second one kicks the watchdog args[1] times, each after half of its
 * time (args[2], ms), while the first sleeps; then the second hangs with all interrupts masked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tn/sysreg.h>
#include <tn/time.h>
#include <tn/watchdog.h>
#include <unistd.h>

#include "second.h"

static unsigned kicks;
static uint64_t half;

static void *kick(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < kicks; i++) {
        uint64_t begin = tn_time_now();

        if (tn_watchdog_kick() != TN_OK || (tn_sysreg_read(mpidr_el1) & 0xff) != 1) {
            exit(3);
        }
        while (tn_time_now() - begin < half) {}
    }
    printf("%u kicks\n", kicks);
    __asm__ volatile("msr daifset, #15");
    for (;;) {}
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        return 2;
    }
    kicks = (unsigned)atoi(argv[1]);
    half = (uint64_t)atoi(argv[2]) * 500000;
    if (second_cpu(kick, NULL) != TN_OK) {
        return 4;
    }
    for (;;) {
        sleep(1);
    }
}
