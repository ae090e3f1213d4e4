/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libfdt asks of its surroundings (it includes a header of this name), without a C library:
 * types and byte order, and the few functions of <string.h> that reading a tree takes.
 */
#ifndef LIBFDT_ENV_H
#define LIBFDT_ENV_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint16_t fdt16_t;
typedef uint32_t fdt32_t;
typedef uint64_t fdt64_t;

/* A device tree is big-endian. */
static inline uint16_t fdt16_to_cpu(fdt16_t value)
{
    return __builtin_bswap16(value);
}

static inline uint32_t fdt32_to_cpu(fdt32_t value)
{
    return __builtin_bswap32(value);
}

static inline uint64_t fdt64_to_cpu(fdt64_t value)
{
    return __builtin_bswap64(value);
}

#define cpu_to_fdt16(value) fdt16_to_cpu(value)
#define cpu_to_fdt32(value) fdt32_to_cpu(value)
#define cpu_to_fdt64(value) fdt64_to_cpu(value)

static inline int fdt_env_memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *p = a;
    const uint8_t *q = b;

    for (; size != 0; size--, p++, q++) {
        if (*p != *q) {
            return *p - *q;
        }
    }
    return 0;
}

static inline void *fdt_env_memchr(const void *data, int byte, size_t size)
{
    for (const uint8_t *p = data; size != 0; size--, p++) {
        if (*p == (uint8_t)byte) {
            return (void *)(uintptr_t)p;
        }
    }
    return NULL;
}

static inline size_t fdt_env_strlen(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0') {
        length++;
    }
    return length;
}

static inline size_t fdt_env_strnlen(const char *text, size_t most)
{
    size_t length = 0;

    while (length < most && text[length] != '\0') {
        length++;
    }
    return length;
}

static inline char *fdt_env_strrchr(const char *text, int byte)
{
    const char *found = NULL;

    do {
        if (*text == (char)byte) {
            found = text;
        }
    } while (*text++ != '\0');
    return (char *)(uintptr_t)found;
}

static inline void *fdt_env_memmove(void *to, const void *from, size_t size)
{
    uint8_t *p = to;
    const uint8_t *q = from;

    if (p < q) {
        for (size_t i = 0; i < size; i++) {
            p[i] = q[i];
        }
    } else {
        while (size-- != 0) {
            p[size] = q[size];
        }
    }
    return to;
}

#define memcmp fdt_env_memcmp
#define memchr fdt_env_memchr
#define memmove fdt_env_memmove
#define memcpy fdt_env_memmove
#define strlen fdt_env_strlen
#define strnlen fdt_env_strnlen
#define strrchr fdt_env_strrchr

#endif
