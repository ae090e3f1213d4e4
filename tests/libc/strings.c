/* SPDX-License-Identifier: Apache-2.0 */
/*
 * String functions against loops over bytes, for all alignments and lengths about a word, a
 * vector and a cache line; then what some of them cost for 4000 bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <tn/time.h>

#define SPAN 400
#define LONG 4000

static unsigned char one[LONG + 64], two[LONG + 64], want[LONG + 64];
static unsigned differ;

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

/* Bytes from 1 to 251, so that nothing but what a test writes is a terminator. */
static void fill(unsigned char *bytes, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++) {
        seed = seed * 1103515245 + 12345;
        bytes[i] = (unsigned char)(1 + (seed >> 16) % 251);
        __asm__ volatile("" : : : "memory"); /* a loop, not a call of what is tested */
    }
}

static int same(const unsigned char *a, const unsigned char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (a[i] != b[i]) {
            return 0;
        }
        __asm__ volatile("" : : : "memory");
    }
    return 1;
}

static void copy(unsigned char *to, const unsigned char *from, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        to[i] = from[i];
        __asm__ volatile("" : : : "memory");
    }
}

static void check_blocks(size_t a, size_t b, size_t size)
{
    fill(one, SPAN, 1);
    fill(two, SPAN, 2);
    copy(want, one, SPAN);
    copy(want + a, two + b, size);
    differ += memcpy(one + a, two + b, size) != one + a || !same(one, want, SPAN);
    differ += memcmp(one + a, two + b, size) != 0;

    copy(want, one, SPAN);
    for (size_t i = size; i-- > 0;) {
        want[b + 8 + i] = want[a + i];
        __asm__ volatile("" : : : "memory");
    }
    if (b + 8 > a) {
        memmove(one + b + 8, one + a, size);
        differ += !same(one, want, SPAN);
    }

    copy(want, one, SPAN);
    for (size_t i = 0; i < size; i++) {
        want[a + i] = (unsigned char)b;
        __asm__ volatile("" : : : "memory");
    }
    memset(one + a, (int)b, size);
    differ += !same(one, want, SPAN);
}

static void check_strings(size_t a, size_t b, size_t size)
{
    char *s = (char *)one + a, *t = (char *)two + b;

    fill(one, SPAN, 3);
    copy(two + b, one + a, size + 1);
    s[size] = t[size] = 0;
    differ += strlen(s) != size || strnlen(s, size / 2) != size / 2;
    differ += strcmp(s, t) != 0 || strncmp(s, t, size) != 0;
    differ += memchr(s, 0, size + 1) != s + size || strchr(s, 0) != s + size;
    differ += strrchr(s, 0) != s + size || memchr(s, 0, size) != NULL;
    if (size > 0) {
        t[size - 1] = (char)255;
        differ += sign(strcmp(s, t)) != -1 || sign(strncmp(s, t, size)) != -1;
        differ += sign(memcmp(t, s, size)) != 1 || strncmp(s, t, size - 1) != 0;
        differ += strchr(t, 255) != t + size - 1 || strrchr(t, 255) != t + size - 1;
        differ += strstr(t, "\xff") != t + size - 1;
    }
    differ += strcpy(t, s) != t || !same(two + b, one + a, size + 1);
    strcat(t, "end");
    differ += strcmp(t + size, "end") != 0;
}

#define COST(name, call)                                                                           \
    do {                                                                                           \
        uint64_t start = tn_time_now();                                                            \
        void *volatile got;                                                                        \
        for (int i = 0; i < 100; i++) {                                                            \
            got = (void *)(uintptr_t)(call);                                                       \
            __asm__ volatile("" : : "r"(got) : "memory");                                          \
        }                                                                                          \
        printf("%s %d\n", name, (int)((tn_time_now() - start) / 100));                             \
    } while (0)

int main(void)
{
    for (size_t a = 0; a < 18; a++) {
        for (size_t b = 0; b < 18; b++) {
            for (size_t size = 0; size < 150; size += 1 + size / 40) {
                check_blocks(a, b, size);
                check_strings(a, b, size);
            }
        }
    }
    printf("%u differ\n", differ);

    fill(one, LONG, 1);
    memcpy(two, one, LONG);
    COST("memcpy", memcpy(two, one, LONG));
    COST("memcmp", memcmp(two, one, LONG));
    COST("strlen", strlen((char *)one));
    COST("strcmp", strcmp((char *)one, (char *)two));
    COST("memchr", memchr(one, 0, LONG));
    COST("strchr", strchr((char *)one, 252));
    COST("memmove", memmove(one + 1, one, LONG));
    COST("memset", memset(one, 1, LONG));
    return 0;
}
