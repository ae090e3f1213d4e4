/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes and arithmetic that every library uses. */
#ifndef TN_COMPILER_H
#define TN_COMPILER_H

#define TN_SECTION(name) __attribute__((section(name), used))
#define TN_NORETURN _Noreturn
#define TN_NOINLINE __attribute__((noinline))
#define TN_ALIGNED(n) __attribute__((aligned(n)))

#define TN_LIKELY(x) __builtin_expect(!!(x), 1)
#define TN_UNLIKELY(x) __builtin_expect(!!(x), 0)

#define TN_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Round up to a power of two. */
#define TN_ALIGN_UP(x, a) (((x) + ((a)-1)) & ~((a)-1))
#define TN_ALIGN_DOWN(x, a) ((x) & ~((a)-1))

#endif
