/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strtold (C11 7.22.1.3) to the precision and range of double.  newlib's own makes the x87's
 * format of the digits, which is another number here.  All of its functions are replaced, so that
 * its object is never linked; scanf and wcstold call the second.
 */
#include <locale.h>
#include <reent.h>
#include <stdlib.h>

long double _strtold_r(struct _reent *reent, const char *restrict text, char **restrict end);
long double strtold_l(const char *restrict text, char **restrict end, locale_t locale);

long double strtold(const char *restrict text, char **restrict end)
{
    return strtod(text, end);
}

long double _strtold_r(struct _reent *reent, const char *restrict text, char **restrict end)
{
    return _strtod_r(reent, text, end);
}

long double strtold_l(const char *restrict text, char **restrict end, locale_t locale)
{
    (void)locale; /* the point is the same in all */
    return strtod(text, end);
}
