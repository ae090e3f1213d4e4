/* SPDX-License-Identifier: Apache-2.0 */
/* newlib lacks C11's timespec_get (7.27.2.5), and timegm, the inverse of gmtime. */
#ifndef TN_TIME_H_LIBC
#define TN_TIME_H_LIBC

#include_next <time.h>

#if __ISO_C_VISIBLE >= 2011
#define TIME_UTC 1

int timespec_get(struct timespec *ts, int base);
#endif
#if __MISC_VISIBLE
time_t timegm(struct tm *time);
#endif

#endif
