/* SPDX-License-Identifier: Apache-2.0 */
/* calloc on malloc: newlib's small allocator lets count * size wrap and hands out too little. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void *calloc(size_t count, size_t size)
{
    size_t bytes;
    void *memory;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    memory = malloc(bytes);
    if (memory) {
        memset(memory, 0, bytes);
    }
    return memory;
}
