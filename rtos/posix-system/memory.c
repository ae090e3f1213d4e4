/* SPDX-License-Identifier: Apache-2.0 */
/* Locking memory: all of it is always there. */
#include <errno.h>
#include <sys/mman.h>

int mlock(const void *address, size_t size)
{
    (void)address;
    (void)size;
    return 0;
}

int munlock(const void *address, size_t size)
{
    (void)address;
    (void)size;
    return 0;
}

int mlockall(int flags)
{
    if (flags == 0 || (flags & ~(MCL_CURRENT | MCL_FUTURE)) != 0) {
        errno = EINVAL;
        return -1;
    }
    return 0;
}

int munlockall(void)
{
    return 0;
}
