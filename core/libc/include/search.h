/* SPDX-License-Identifier: Apache-2.0 */
/* <search.h> of the C library, and linear search. */
#ifndef TN_LIBC_SEARCH_H
#define TN_LIBC_SEARCH_H

#include_next <search.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void *lfind(const void *key, const void *base, size_t *count, size_t width,
            int (*compare)(const void *key, const void *element));

/* The same, but what is not there is added; the array has room for one more. */
void *lsearch(const void *key, void *base, size_t *count, size_t width,
              int (*compare)(const void *key, const void *element));

#ifdef __cplusplus
}
#endif

#endif
