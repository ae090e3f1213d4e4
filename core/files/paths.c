/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX calls about paths where there is one folder, "/", with nothing in it, that cannot be
 * written.  newlib has no functions under these names.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int absent(const char *path)
{
    (void)path;
    errno = ENOENT;
    return -1;
}

int lstat(const char *path, struct stat *st)
{
    return stat(path, st);
}

int mkdir(const char *path, mode_t mode)
{
    (void)path;
    (void)mode;
    errno = EROFS;
    return -1;
}

int rmdir(const char *path)
{
    return absent(path);
}

int chmod(const char *path, mode_t mode)
{
    (void)mode;
    return absent(path);
}

int truncate(const char *path, off_t size)
{
    (void)size;
    return absent(path);
}

/* The streams have no size. */
int ftruncate(int fd, off_t size)
{
    (void)size;
    errno = fd >= STDIN_FILENO && fd <= STDERR_FILENO ? EINVAL : EBADF;
    return -1;
}

int creat(const char *path, mode_t mode)
{
    return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

mode_t umask(mode_t mask)
{
    static mode_t current;
    mode_t before = current;

    current = mask & 0777;
    return before;
}

int chdir(const char *path)
{
    return strcmp(path, "/") == 0 || strcmp(path, ".") == 0 ? 0 : absent(path);
}

char *getcwd(char *path, size_t size)
{
    if (path == NULL || size < sizeof "/") {
        errno = path == NULL ? EINVAL : ERANGE;
        return NULL;
    }
    return strcpy(path, "/");
}
