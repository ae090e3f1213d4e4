/* SPDX-License-Identifier: Apache-2.0 */
/* Linear search in an array (IEEE Std 1003.1-2017, lsearch). */
#include <search.h>
#include <stddef.h>
#include <string.h>

typedef int compare_fn(const void *key, const void *element);

void *lfind(const void *key, const void *base, size_t *count, size_t width, compare_fn *compare)
{
    const char *element = base;

    for (size_t i = 0; i < *count; i++, element += width) {
        if (compare(key, element) == 0) {
            return (void *)(ptrdiff_t)element;
        }
    }
    return NULL;
}

/* The array has room for one more. */
void *lsearch(const void *key, void *base, size_t *count, size_t width, compare_fn *compare)
{
    void *found = lfind(key, base, count, width, compare);

    if (found == NULL) {
        found = memcpy((char *)base + *count * width, key, width);
        ++*count;
    }
    return found;
}
