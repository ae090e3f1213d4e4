/* SPDX-License-Identifier: Apache-2.0 */
/* Files as a whole, and the one line that says why not. */
#include "tnpack.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse_args(int code, const char *where, const char *format, va_list args)
{
    fprintf(stderr, "%s: ", where);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    return code;
}

int refuse(int code, const char *where, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    refuse_args(code, where, format, args);
    va_end(args);
    return code;
}

int refuse_line(int code, const struct spec *spec, unsigned line, const char *format, ...)
{
    char where[4096];
    va_list args;

    if (line != 0) {
        snprintf(where, sizeof(where), "%s:%u", spec->path, line);
    } else {
        snprintf(where, sizeof(where), "%s", spec->path);
    }
    va_start(args, format);
    refuse_args(code, where, format, args);
    va_end(args);
    return code;
}

/* Read up to the end, however large that turns out to be. */
static int read_stream(struct file *file, FILE *stream)
{
    size_t room = 0;

    for (;;) {
        if (file->size == room) {
            room = room ? room * 2 : 65536;
            uint8_t *bytes = realloc(file->bytes, room);

            if (bytes == NULL) {
                return ENOMEM;
            }
            file->bytes = bytes;
        }
        size_t got = fread(file->bytes + file->size, 1, room - file->size, stream);

        if (got == 0) {
            return ferror(stream) ? (errno ? errno : EIO) : 0;
        }
        file->size += got;
    }
}

int file_read(struct file *file, const char *path)
{
    FILE *stream = fopen(path, "rb");
    int error;

    file->bytes = NULL;
    file->size = 0;
    if (stream == NULL) {
        return errno;
    }
    errno = 0;
    error = read_stream(file, stream);
    fclose(stream);
    if (error != 0) {
        free(file->bytes);
        file->bytes = NULL;
    }
    return error;
}

static int write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size != 0) {
        ssize_t done = write(fd, bytes, size);

        if (done < 0 && errno != EINTR) {
            return -1;
        }
        if (done > 0) {
            bytes += done;
            size -= (size_t)done;
        }
    }
    return 0;
}

char *file_write_beside(const char *path, const void *bytes, size_t size)
{
    static const char suffix[] = ".XXXXXX";
    size_t length = strlen(path);
    char *name = malloc(length + sizeof(suffix));
    mode_t mask = umask(0);
    int fd, error;

    umask(mask);
    if (name == NULL) {
        return NULL;
    }
    memcpy(name, path, length);
    memcpy(name + length, suffix, sizeof(suffix));
    fd = mkstemp(name);
    if (fd < 0) {
        goto no_file;
    }
    /* mkstemp() makes it private; an image is a file like any other. */
    error = write_all(fd, bytes, size) != 0 || fchmod(fd, 0666 & ~mask) != 0 ? errno : 0;
    if (close(fd) != 0 && error == 0) {
        error = errno;
    }
    if (error == 0) {
        return name;
    }
    unlink(name);
    errno = error;
no_file:
    error = errno;
    free(name);
    errno = error;
    return NULL;
}
