/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guard pages below stacks.  CASE 0 looks at them and comes to its end: where they are, that they
 * come and go with threads, what the attributes say, and that nothing is lost over a thousand
 * threads.  The others overflow a stack, which ends the image: by recursion (1), by an array (2),
 * by the frame of an interrupt (3), main's (4), that of handlers (5).
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tn/alarm.h>
#include <tn/kernel.h>
#include <tn/time.h>
#include <unistd.h>

#ifndef CASE
#define CASE 0
#endif
#define PAGE 4096
#define THREADS 40

#define CHECK(what) ((what) ? (void)0 : failed(#what, __LINE__))

static void failed(const char *what, int line)
{
    printf("line %d: %s\n", line, what);
    exit(1);
}

static bool mapped(const void *at)
{
    return (tn_kernel_translate((uintptr_t)at) & 1) == 0;
}

static __attribute__((noinline)) int deeper(volatile char *above)
{
    volatile char here[100];

    here[0] = above[0];
    return above[0] == 1 ? 0 : deeper(here) + here[0];
}

static void *recurse(void *arg)
{
    volatile char first[1] = {0};

    (void)arg;
    return (void *)(intptr_t)deeper(first);
}

/* Half of it lies in the guard page, and the stack pointer, too. */
static void *big_array(void *arg)
{
    volatile char all[PTHREAD_STACK_MIN + PAGE / 2];

    (void)arg;
    for (size_t i = sizeof(all); i > 0; i--) {
        all[i - 1] = 1;
    }
    return NULL;
}

/* The stack pointer comes to the stack's end without a store; then there is an interrupt. */
static void *wait_at_the_end(void *arg)
{
    char *stack = tn_thread_self()->stack;

    (void)arg;
    __asm__ volatile("mov sp, %0\n"
                     "0: b 0b"
                     :
                     : "r"(stack + 64));
    return NULL;
}

static void handler(struct tn_alarm *alarm)
{
    (void)alarm;
    recurse(NULL);
}

static void overflow(void)
{
    static void *(*const ways[])(void *) = {NULL, recurse, big_array, wait_at_the_end};
    static struct tn_alarm alarm;
    pthread_t other, thread;
    pthread_attr_t attr;

    /* The guards of main and of handlers come with the first thread. */
    CHECK(pthread_create(&other, NULL, (void *(*)(void *))pause, NULL) == 0);
    if (CASE == 4) {
        recurse(NULL);
    }
    tn_alarm_init(&alarm, CASE == 5 ? handler : (void (*)(struct tn_alarm *))abs);
    tn_alarm_start(&alarm, tn_time_ticks() + tn_time_to_ticks(1000000), 0);
    if (CASE < 4) {
        pthread_attr_init(&attr);
        pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
        CHECK(pthread_create(&thread, &attr, ways[CASE], NULL) == 0);
        pthread_setname_np(thread, "greedy");
    }
    pthread_join(other, NULL);
    puts("not seen");
}

static void *check_own(void *arg)
{
    const struct tn_thread *self = tn_thread_self();
    size_t guard = (size_t)(uintptr_t)arg;

    CHECK(self->guard == guard);
    for (size_t at = PAGE; at <= guard; at += PAGE) {
        CHECK(!mapped(self->stack - at) && !mapped(self->stack - at + PAGE - 1));
    }
    CHECK(mapped(self->stack) && mapped(self->stack - guard - 1));
    return self->stack;
}

static void with_guard(size_t set, size_t guard)
{
    pthread_attr_t attr;
    pthread_t thread;
    size_t size;
    void *stack;

    pthread_attr_init(&attr);
    CHECK(pthread_attr_getguardsize(&attr, &size) == 0 && size == PAGE);
    CHECK(pthread_attr_setguardsize(&attr, set) == 0);
    CHECK(pthread_attr_getguardsize(&attr, &size) == 0 && size == set);
    CHECK(pthread_create(&thread, &attr, check_own, (void *)(uintptr_t)guard) == 0);
    CHECK(pthread_join(thread, &stack) == 0);
    for (size_t at = PAGE; at <= guard; at += PAGE) {
        CHECK(mapped((char *)stack - at)); /* the heap's again */
    }
}

static void *nothing(void *arg)
{
    return arg;
}

/* Many at a time, in blocks of memory that others had. */
static void round_of_threads(void)
{
    static pthread_t threads[THREADS];
    static char *blocks[THREADS];

    for (int i = 0; i < THREADS; i++) {
        blocks[i] = malloc(100 + 37 * (size_t)i);
        memset(blocks[i], i, 100);
        CHECK(pthread_create(&threads[i], NULL, i % 2 ? nothing : check_own,
                             (void *)(uintptr_t)PAGE) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        CHECK(blocks[i][0] == i && blocks[i][99] == i);
        free(blocks[i]);
    }
}

static void stale_handles(void)
{
    pthread_t thread;

    CHECK(pthread_create(&thread, NULL, nothing, NULL) == 0);
    /* Handles that nobody gave out, in a guard page. */
    CHECK(pthread_detach((pthread_t)(((struct tn_thread *)thread)->stack - 64)) == ESRCH);
    CHECK(pthread_join(thread, NULL) == 0 && pthread_join(thread, NULL) == ESRCH);
}

static void *of_its_own(void *arg)
{
    CHECK(tn_thread_self()->guard == 0);
    return arg;
}

static void own_stack(void)
{
    static char stack[2 * PTHREAD_STACK_MIN];
    pthread_attr_t attr;
    pthread_t thread;

    pthread_attr_init(&attr);
    pthread_attr_setstack(&attr, stack, sizeof(stack));
    CHECK(pthread_create(&thread, &attr, of_its_own, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

static void look(void)
{
    char *before;

    with_guard(PAGE, PAGE);
    with_guard(0, 0);
    with_guard(1, PAGE);
    with_guard(3 * PAGE - 1, 3 * PAGE);
    CHECK(!mapped(tn_thread_main()->stack - 1) && mapped(tn_thread_main()->stack));
    stale_handles();
    own_stack();
    round_of_threads();
    before = sbrk(0);
    for (int i = 0; i < 1000 / THREADS; i++) {
        round_of_threads();
    }
    CHECK(sbrk(0) == before);
    puts("ok");
}

int main(void)
{
    if (CASE == 0) {
        look();
    } else {
        overflow();
    }
    return 0;
}
