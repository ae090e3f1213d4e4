/* SPDX-License-Identifier: Apache-2.0 */
/* newlib has getline and getdelim (POSIX.1-2008) under other names and does not declare them. */
#ifndef TN_STDIO_H
#define TN_STDIO_H

#include_next <stdio.h>

#if __POSIX_VISIBLE >= 200809
ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *stream);
ssize_t getline(char **line, size_t *size, FILE *stream);
#endif

#endif
