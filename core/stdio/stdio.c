/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors 0, 1 and 2 of a program without files: the board's console, polled, so that output is
 * out when the call returns and needs neither interrupts nor memory.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <tn/board.h>
#include <tn/console.h>
#include <tn/uart.h>

#define STDIN 0
#define STDERR 2
#define END_OF_TRANSMISSION 4 /* Ctrl-D: end of file, as a terminal has it */

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

/* Terminals want CR LF; the runs between newlines go out in one call each. */
ssize_t _write(int fd, const void *data, size_t size)
{
    const char *text = data;
    size_t start = 0;
    bool waited;

    if (!is_stream(fd)) {
        return -1;
    }
    waited = tn_console_begin();
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n') {
            tn_console_put(TN_BOARD_CONSOLE_BASE, text + start, i - start);
            tn_console_put(TN_BOARD_CONSOLE_BASE, "\r\n", 2);
            start = i + 1;
        }
    }
    tn_console_put(TN_BOARD_CONSOLE_BASE, text + start, size - start);
    tn_console_end(waited);
    return (ssize_t)size;
}

/*
 * A line at most: blocks for the first byte, returns at a newline or when no more is there.
 * CR becomes a newline.  No echo: it would stand in the way of whoever feeds the UART by a
 * program, and a terminal can do it itself.
 */
ssize_t _read(int fd, void *data, size_t size)
{
    char *text = data;
    size_t n = 0;

    if (!is_stream(fd)) {
        return -1;
    }
    while (n < size) {
        int c = tn_uart_getc(TN_BOARD_CONSOLE_BASE);

        if (c < 0) {
            if (n > 0) {
                break;
            }
            continue;
        }
        if (c == END_OF_TRANSMISSION) {
            break;
        }
        text[n++] = (char)(c == '\r' ? '\n' : c);
        if (text[n - 1] == '\n') {
            break;
        }
    }
    return (ssize_t)n;
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
