/* SPDX-License-Identifier: Apache-2.0 */
/* getline and getdelim: newlib has them, but for the names. */
#include <stdio.h>

ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *stream)
{
    return __getdelim(line, size, delimiter, stream);
}

ssize_t getline(char **line, size_t *size, FILE *stream)
{
    return __getdelim(line, size, '\n', stream);
}
