/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the program (IEEE Std 1003.1-2017, <sys/mman.h>).  Locking it does nothing, because
 * all of it is always there; there is nothing to map, so that what maps does not link.
 */
#ifndef _SYS_MMAN_H
#define _SYS_MMAN_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FIXED 16
#define MAP_FAILED ((void *)-1)
#define MS_ASYNC 1
#define MS_SYNC 2
#define MS_INVALIDATE 4
#define MCL_CURRENT 1
#define MCL_FUTURE 2

/* Any range; 0. */
int mlock(const void *address, size_t size);
int munlock(const void *address, size_t size);

/* EINVAL: flags are none or unknown. */
int mlockall(int flags);
int munlockall(void);

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int munmap(void *address, size_t size);
int mprotect(void *address, size_t size, int protection);
int msync(void *address, size_t size, int flags);
int shm_open(const char *name, int flags, mode_t mode);
int shm_unlink(const char *name);

#ifdef __cplusplus
}
#endif

#endif
