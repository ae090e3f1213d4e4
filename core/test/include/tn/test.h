/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frame of the unit tests that run on the host (`*_test.c`, not for the target).  A test is a
 * function; main() names each with TN_RUN() between tn_test_begin() and tn_test_end().  A
 * check that does not hold prints its place and ends the program: what follows would only be
 * noise.  Random sequences come from one seed, which is printed and can be given again in
 * the environment as TN_SEED.
 */
#ifndef TN_TEST_H
#define TN_TEST_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct {
    uint64_t random;
    unsigned passed;
    const char *name;
} tn_test;

/* The condition must hold. */
#define TN_CHECK(cond) ((cond) ? (void)0 : tn_test_fail(__FILE__, __LINE__, #cond))

/* Run a function void f(void) as one test. */
#define TN_RUN(function)                                                                           \
    do {                                                                                           \
        tn_test.name = #function;                                                                  \
        function();                                                                                \
        tn_test.passed++;                                                                          \
    } while (0)

static inline _Noreturn void tn_test_fail(const char *file, int line, const char *what)
{
    fflush(stdout);
    fprintf(stderr, "%s:%d: %s: %s does not hold\n", file, line, tn_test.name, what);
    printf("%u passed, 1 failed\n", tn_test.passed);
    exit(1);
}

/* Next number of the random sequence (xorshift64*, Vigna 2016). */
static inline uint64_t tn_test_random(void)
{
    uint64_t x = tn_test.random;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    tn_test.random = x;
    return x * UINT64_C(2685821657736338717);
}

/* A random number below `n`, which is not 0. */
static inline uint64_t tn_test_below(uint64_t n)
{
    return tn_test_random() % n;
}

static inline void tn_test_begin(void)
{
    const char *seed = getenv("TN_SEED");

    tn_test.random = seed != NULL ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL);
    tn_test.random |= tn_test.random == 0;
    printf("TN_SEED=%llu\n", (unsigned long long)tn_test.random);
    fflush(stdout);
}

/* What main() returns. */
static inline int tn_test_end(void)
{
    printf("%u passed, 0 failed\n", tn_test.passed);
    return 0;
}

#endif
