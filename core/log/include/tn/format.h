/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A formatter for what system code prints, without stdio, floating point or memory of its own.
 * Any context.
 *
 *   %d %i %u %x %p %c %s %%   with flags - and 0, a width, a precision for %s (number or *), and
 *                             the lengths h, hh, l, ll, z, j, t; a width may be *, too
 *
 * A conversion that is none of these is copied as it stands and ends the use of arguments,
 * so that a wrong format never reads a wrong argument.  %s of NULL is "(null)".
 */
#ifndef TN_FORMAT_H
#define TN_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Format into `buffer` of `size` bytes (0: only count), always with a terminating NUL when size
 * is not 0.  Returns the length without NUL that the whole text has, which may be >= size.
 */
__attribute__((format(printf, 3, 0))) size_t tn_vformat(char *buffer, size_t size,
                                                        const char *format, va_list arguments);

__attribute__((format(printf, 3, 4))) size_t tn_format(char *buffer, size_t size,
                                                       const char *format, ...);

#endif
