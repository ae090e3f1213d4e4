/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timegm: seconds since the epoch of a broken-down time in UTC, whose fields may be out of their
 * ranges as mktime's may; and C11's timespec_get.
 */
#include <time.h>

static long floor_div(long a, long b)
{
    return a / b - (a % b < 0);
}

/* Days from 1970-01-01 to the first of a month; the year begins in March, its leap day ends it. */
static long days_to(long year, long month)
{
    long from_march = month >= 2 ? month - 2 : month + 10;

    year -= month < 2;
    return 365 * year + floor_div(year, 4) - floor_div(year, 100) + floor_div(year, 400) +
           (153 * from_march + 2) / 5 - 719468;
}

time_t timegm(struct tm *time)
{
    long years = floor_div(time->tm_mon, 12);
    long days =
        days_to(1900L + time->tm_year + years, time->tm_mon - 12 * years) + time->tm_mday - 1L;
    time_t seconds = 86400 * days + 3600L * time->tm_hour + 60L * time->tm_min + time->tm_sec;

    gmtime_r(&seconds, time);
    return seconds;
}

int timespec_get(struct timespec *ts, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, ts) == 0 ? base : 0;
}
