/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition with several CPUs that tamer.c starts, pauses and stops: each CPU has a thread; when
 * all run the first beats twice.  Then the first two spin, one of them masked, and the third sleeps
 * masked.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <unistd.h>
#include <tn/chan.h>

static volatile unsigned running;

static void *work(void *arg)
{
    long cpu = (long)arg;
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((int)cpu, &set);
    pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
    __atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST);
    if (cpu != 0) {
        __asm__ volatile("msr daifset, #15");
    }
    for (;;) {
        if (cpu == 2) {
            __asm__ volatile("wfi");
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    struct tn_chan chan;
    uint32_t n = 1;

    (void)argc;
    if (tn_chan_open(&chan, argv[0]) != TN_OK) {
        return 1;
    }
    for (long cpu = 1; cpu < cpus; cpu++) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, work, (void *)cpu) != 0) {
            return 2;
        }
    }
    while (running != (unsigned)cpus - 1) {
        sched_yield();
    }
    tn_chan_write(&chan, &n);
    tn_chan_write(&chan, &n);
    work(NULL);
    return 0;
}
