/* SPDX-License-Identifier: Apache-2.0 */
/* long double functions against what the standard says; prints what is wrong, then a count. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static int bad;

static void check(int line, long double got, long double want)
{
    if (!(got == want && !signbit(got) == !signbit(want)) && !(got != got && want != want)) {
        printf("line %d: %g, not %g\n", line, (double)got, (double)want);
        bad++;
    }
}

#define IS(got, want) check(__LINE__, got, want)

static void check_rounding(void)
{
    static const long double row[][6] = {
        /* x, truncl, floorl, ceill, roundl, rintl */
        {2.5L, 2, 2, 3, 3, 2},
        {-2.5L, -2, -3, -2, -3, -2},
        {0.3L, 0, 0, 1, 0, 0},
        {-0.3L, -0.0L, -1, -0.0L, -0.0L, -0.0L},
        {0x1.8p111L + 0.5L, 0x1.8p111L, 0x1.8p111L, 0x1.8p111L + 1, 0x1.8p111L + 1, 0x1.8p111L},
        {0x1p200L, 0x1p200L, 0x1p200L, 0x1p200L, 0x1p200L, 0x1p200L},
        {-0.0L, -0.0L, -0.0L, -0.0L, -0.0L, -0.0L},
        {INFINITY, INFINITY, INFINITY, INFINITY, INFINITY, INFINITY},
    };

    for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
        volatile long double x = row[i][0];

        IS(truncl(x), row[i][1]);
        IS(floorl(x), row[i][2]);
        IS(ceill(x), row[i][3]);
        IS(roundl(x), row[i][4]);
        IS(rintl(x), row[i][5]);
    }
    IS(lroundl(-2.5L), -3);
    IS(llrintl(3.5L), 4);
}

static void check_parts(void)
{
    volatile long double small = 0x1p-16494L, x = 12.375L, none = NAN;
    long double whole;
    int exponent;

    IS(frexpl(x, &exponent), 0.7734375L);
    IS(exponent, 4);
    IS(frexpl(small, &exponent), 0.5L);
    IS(exponent, -16493);
    IS(ldexpl(0.5L, -16493), small);
    IS(ldexpl(x, 20000), INFINITY);
    IS(ldexpl(-x, -20000), -0.0L);
    IS(scalbnl(small, 16494), 1);
    IS(scalbnl(1.5L, 16383), 0x1.8p16383L);
    IS(ilogbl(small), -16494);
    IS(logbl(x), 3);
    IS(modfl(-x, &whole), -0.375L);
    IS(whole, -12);
    IS(nextafterl(0, -1), -small);
    IS(nextafterl(1, 2) - 1, LDBL_EPSILON);
    IS(nextafterl(-small, 0), -0.0L);
    IS(nexttoward(1.0, 2.0L) - 1, DBL_EPSILON);
    IS(fabsl(-none), NAN);
    IS(copysignl(x, -0.0L), -x);
    IS(fmaxl(none, x), x);
    IS(fminl(-0.0L, 0.0L), -0.0L);
    IS(fdiml(x, 2), 10.375L);
}

static void check_remainders(void)
{
    volatile long double x = 5.5L, y = 2, zero = 0;

    IS(fmodl(x, y), 1.5L);
    IS(fmodl(-x, y), -1.5L);
    IS(fmodl(0x1p16000L, 3), 1);
    IS(fmodl(1, zero), NAN);
    IS(fmodl(1, INFINITY), 1);
    IS(remainderl(x, y), -0.5L);
    IS(remainderl(5, y), 1);
    IS(remainderl(3, y), -1);
    IS(remainderl(-x, y), 0.5L);
    IS(remainderl(1, y), 1);
    IS(remainderl(LDBL_MAX, LDBL_MAX), 0);
    IS(remainderl(LDBL_MAX / 2, LDBL_MAX), LDBL_MAX / 2);
}

static void check_text(void)
{
    long double one = 0, two = 0;
    char text[40], *end;

    IS(strtold("3.25xyz", &end), 3.25L);
    IS(*end, 'x');
    IS(wcstold(L"-1.5", NULL), -1.5L);
    IS(sscanf("2.5 -1e10", "%Lf %Lg", &one, &two), 2);
    IS(one, 2.5L);
    IS(two, -1e10L);
    snprintf(text, sizeof text, "%.3Lf %Lg", one, two);
    IS(strcmp(text, "2.500 -1e+10"), 0);
}

int main(void)
{
    volatile long double two = 2;

    check_rounding();
    check_parts();
    check_remainders();
    IS(powl(two, 10), 1024);
    IS(fabsl(sinl(two) - 0.909297426825681695396L) < 1e-15L, 1);
    IS(fabsl(expl(two) - 7.389056098930650227230L) < 1e-14L, 1);
    check_text();
    printf("%d bad\n", bad);
    return 0;
}
