/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program has three streams (core/stdio) and no file system.  These calls say so, in POSIX's
 * words, to programs that would use a file if there were one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define STDIN 0
#define STDERR 2

int _open(const char *path, int flags, int mode);
int _close(int fd);
off_t _lseek(int fd, off_t offset, int whence);
int _fcntl(int fd, int command, int arg);
int _stat(const char *path, struct stat *st);
int _link(const char *old, const char *new);
int _unlink(const char *path);
int _mkdir(const char *path, mode_t mode);

static int fail(int code)
{
    errno = code;
    return -1;
}

static bool is_stream(int fd)
{
    return fd >= STDIN && fd <= STDERR;
}

int _open(const char *path, int flags, int mode)
{
    (void)path;
    (void)mode;
    return fail(flags & O_CREAT ? EROFS : ENOENT);
}

int _close(int fd)
{
    return is_stream(fd) ? 0 : fail(EBADF);
}

off_t _lseek(int fd, off_t offset, int whence)
{
    (void)offset;
    (void)whence;
    return fail(is_stream(fd) ? ESPIPE : EBADF);
}

/* The streams are open for reading and writing, block, and nothing of that can be changed. */
int _fcntl(int fd, int command, int arg)
{
    (void)arg;
    if (!is_stream(fd)) {
        return fail(EBADF);
    }
    if (command == F_GETFL) {
        return O_RDWR;
    }
    return command == F_GETFD ? 0 : fail(EINVAL);
}

int _stat(const char *path, struct stat *st)
{
    (void)path;
    (void)st;
    return fail(ENOENT);
}

int _link(const char *old, const char *new)
{
    (void)old;
    (void)new;
    return fail(ENOENT);
}

int _unlink(const char *path)
{
    (void)path;
    return fail(ENOENT);
}

int _mkdir(const char *path, mode_t mode)
{
    (void)path;
    (void)mode;
    return fail(EROFS);
}

int access(const char *path, int mode)
{
    (void)path;
    (void)mode;
    return fail(ENOENT);
}

/* Nothing is buffered below stdio. */
int fsync(int fd)
{
    return is_stream(fd) ? 0 : fail(EBADF);
}
