/* SPDX-License-Identifier: Apache-2.0 */
/* posix_memalign, which newlib declares but does not have. */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

int posix_memalign(void **result, size_t alignment, size_t size)
{
    void *memory;
    int saved = errno; /* POSIX: the error is returned, errno stays */

    if (alignment < sizeof(void *) || (alignment & (alignment - 1))) {
        return EINVAL;
    }
    if (size > PTRDIFF_MAX - alignment) {
        return ENOMEM; /* newlib's sum would wrap */
    }
    memory = memalign(alignment, size);
    errno = saved;
    if (!memory) {
        return ENOMEM;
    }
    *result = memory;
    return 0;
}
