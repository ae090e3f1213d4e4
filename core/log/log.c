/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines: level, text, newline. */
#include <stdarg.h>
#include <tn/format.h>
#include <tn/log.h>

void tn_log(enum tn_log_level level, const char *format, ...)
{
    char line[TN_LOG_LINE + 1] = "?: "; /* and a NUL */
    va_list arguments;
    size_t size;

    line[0] = "?EWID"[level];
    va_start(arguments, format);
    size = 3 + tn_vformat(line + 3, TN_LOG_LINE - 3, format, arguments);
    va_end(arguments);
    if (size > TN_LOG_LINE - 1) {
        size = TN_LOG_LINE - 1;
        line[size - 1] = line[size - 2] = line[size - 3] = '.';
    }
    line[size++] = '\n';
    tn_log_write(level, line, size);
}
