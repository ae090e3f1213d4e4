/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors 0, 1 and 2 of a program that shares the console with other partitions: hypercall
 * group CONSOLE, a call a line.  newlib collects lines, since this is a terminal to it.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <tn/console.h>
#include <tn/hypercall.h>

#define STDIN 0
#define STDERR 2

ssize_t _write(int fd, const void *data, size_t size);
ssize_t _read(int fd, void *data, size_t size);
int _isatty(int fd);
int _fstat(int fd, struct stat *st);

static bool is_stream(int fd)
{
    if (fd < STDIN || fd > STDERR) {
        errno = EBADF;
        return false;
    }
    return true;
}

ssize_t _write(int fd, const void *data, size_t size)
{
    size_t done = 0;
    bool waited;

    if (!is_stream(fd)) {
        return -1;
    }
    waited = tn_console_begin();
    while (done < size) {
        long taken = tn_hypercall2(TN_HC_CONSOLE_WRITE, (uint64_t)data + done, size - done);

        if (taken <= 0) {
            break;
        }
        done += (size_t)taken;
    }
    tn_console_end(waited);
    if (done < size) {
        errno = EFAULT;
        return -1;
    }
    return (ssize_t)size;
}

ssize_t _read(int fd, void *data, size_t size)
{
    (void)data, (void)size;
    return is_stream(fd) ? 0 : -1;
}

int _isatty(int fd)
{
    return is_stream(fd);
}

/* A character device: newlib buffers it by lines and does not seek in it. */
int _fstat(int fd, struct stat *st)
{
    if (!is_stream(fd)) {
        return -1;
    }
    *st = (struct stat){.st_mode = S_IFCHR | S_IRUSR | S_IWUSR, .st_nlink = 1};
    return 0;
}
