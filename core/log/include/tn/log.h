/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines.  tn_log_error("...", ...) and its kin take a format of <tn/format.h>, add the level
 * and a newline, and hand each line as a whole to tn_log_write(), which whoever links this
 * library provides.  A level above CONFIG_LOG_LEVEL is compiled out.
 *
 * A line is at most TN_LOG_LINE bytes; a longer one is cut and ends in "...".  It is
 * formatted on the caller's stack.  Context: whatever the component's tn_log_write() allows.
 */
#ifndef TN_LOG_H
#define TN_LOG_H

#include <stddef.h>

#ifndef CONFIG_LOG_LEVEL
#define CONFIG_LOG_LEVEL 3
#endif

#define TN_LOG_LINE 160u /* bytes, with level and newline */

enum tn_log_level {
    TN_LOG_ERROR = 1,
    TN_LOG_WARNING = 2,
    TN_LOG_INFO = 3,
    TN_LOG_DEBUG = 4,
};

/* Provided by the component: write `size` bytes, one whole line with its newline, no NUL. */
void tn_log_write(enum tn_log_level level, const char *line, size_t size);

/* Format and write one line, whatever the level that is configured. */
__attribute__((format(printf, 2, 3))) void tn_log(enum tn_log_level level, const char *format, ...);

#define TN_LOG(level, ...) ((level) <= CONFIG_LOG_LEVEL ? tn_log((level), __VA_ARGS__) : (void)0)

#define tn_log_error(...) TN_LOG(TN_LOG_ERROR, __VA_ARGS__)
#define tn_log_warning(...) TN_LOG(TN_LOG_WARNING, __VA_ARGS__)
#define tn_log_info(...) TN_LOG(TN_LOG_INFO, __VA_ARGS__)
#define tn_log_debug(...) TN_LOG(TN_LOG_DEBUG, __VA_ARGS__)

#endif
