/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FP/SIMD registers are a thread's own, every one of them: some threads keep values in all of
 * v0..v31, FPCR and FPSR while time slices and a handler that spoils them come in, others keep
 * d8..d15, which a call preserves, over yields.  Prints "ok".
 */
#include <stdio.h>
#include <tn/alarm.h>
#include <tn/thread.h>
#include <tn/time.h>

#include "must.h"

#define STACK 8192
#define THREADS 8
#define ROUNDS 150
#define ALARM_TICKS 6000 /* not a multiple of a slice */
#define SLICE_NS 40000

static struct tn_thread threads[THREADS];
static TN_ALIGNED(16) char stacks[THREADS][STACK];
static unsigned spoiled, preempted;
static volatile uint64_t yields;

#define ALL "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"

/* Not 0 if one of v0..v31 is not seed + its number in both halves, after some 100 us. */
static uint64_t keep_all(uint64_t seed)
{
    uint64_t wrong = 0;

    __asm__ volatile(".irp n, " ALL "\n\t"
                     "add x9, %1, #\\n\n\t"
                     "dup v\\n\\().2d, x9\n\t"
                     ".endr\n\t"
                     "mov w10, #50000\n"
                     "1: subs w10, w10, #1\n\t"
                     "b.ne 1b\n\t"
                     ".irp n, " ALL "\n\t"
                     "add x9, %1, #\\n\n\t"
                     "umov x10, v\\n\\().d[0]\n\t"
                     "eor x10, x10, x9\n\t"
                     "orr %0, %0, x10\n\t"
                     "umov x10, v\\n\\().d[1]\n\t"
                     "eor x10, x10, x9\n\t"
                     "orr %0, %0, x10\n\t"
                     ".endr"
                     : "+r"(wrong)
                     : "r"(seed)
                     : "x9", "x10", "cc", "memory", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7",
                       "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18",
                       "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29",
                       "v30", "v31");
    return wrong;
}

/* The same of d8..d15 over a call. */
static uint64_t keep_saved(uint64_t seed)
{
    uint64_t wrong = 0;

    __asm__ volatile(".irp n, 8,9,10,11,12,13,14,15\n\t"
                     "add x9, %0, #\\n\n\t"
                     "fmov d\\n, x9\n\t"
                     ".endr"
                     :
                     : "r"(seed)
                     : "x9", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15");
    tn_thread_yield();
    __asm__ volatile(".irp n, 8,9,10,11,12,13,14,15\n\t"
                     "add x9, %1, #\\n\n\t"
                     "fmov x10, d\\n\n\t"
                     "eor x10, x10, x9\n\t"
                     "orr %0, %0, x10\n\t"
                     ".endr"
                     : "+r"(wrong)
                     : "r"(seed)
                     : "x9", "x10");
    return wrong;
}

/* FPCR: the rounding mode is the thread's. */
static void *all(void *arg)
{
    uint64_t mode = (uintptr_t)arg % 4 << 22, seen, before;

    tn_sysreg_write(fpcr, mode);
    for (uint64_t i = 0; i < ROUNDS; i++) {
        before = yields;
        MUST(keep_all(((uintptr_t)arg << 32) + i * 64) == 0);
        preempted += yields != before;
        seen = tn_sysreg_read(fpcr);
        MUST(seen == mode);
    }
    return NULL;
}

static void *saved(void *arg)
{
    uint64_t mode = (uintptr_t)arg % 4 << 22;

    tn_sysreg_write(fpcr, mode);
    for (uint64_t i = 0; i < ROUNDS * 10; i++) {
        MUST(keep_saved(((uintptr_t)arg << 32) + i * 64) == 0);
        MUST(tn_sysreg_read(fpcr) == mode);
        yields++;
    }
    return NULL;
}

/* Uses the unit in a handler, with everything in it. */
static void spoil(struct tn_alarm *alarm)
{
    (void)alarm;
    __asm__ volatile(".irp n, " ALL "\n\t"
                     "movi v\\n\\().2d, #0xffffffffffffffff\n\t"
                     ".endr\n\t"
                     "msr fpcr, xzr"
                     :
                     :
                     : "memory");
    spoiled++;
}

int main(void)
{
    uint32_t prio = tn_thread_priority(tn_thread_self()); /* all are created before one runs */
    struct tn_alarm alarm;

    tn_alarm_init(&alarm, spoil);
    tn_alarm_start(&alarm, tn_time_ticks() + ALARM_TICKS, ALARM_TICKS);
    for (uintptr_t i = 0; i < THREADS; i++) {
        const struct tn_thread_attr attr = {.name = i % 2 ? "all" : "saved",
                                            .stack = stacks[i],
                                            .stack_size = STACK,
                                            .slice_ns = SLICE_NS,
                                            .prio = prio};

        MUST(tn_thread_create(&threads[i], &attr, i % 2 ? all : saved, (void *)i) == TN_OK);
    }
    for (int i = 0; i < THREADS; i++) {
        MUST(tn_thread_join(&threads[i], NULL, TN_FOREVER) == TN_OK);
    }
    tn_alarm_stop(&alarm);
    MUST(spoiled > 0 && (tn_cpu_count() > 1 || (spoiled > 100 && preempted > ROUNDS)));
    puts("ok");
    return 0;
}
