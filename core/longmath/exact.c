/* SPDX-License-Identifier: Apache-2.0 */
/*
 * long double (IEEE 754 binary128) functions whose result is exact, on the number's bits and the
 * compiler's software arithmetic: C11 7.12.6 frexp and kin, 7.12.9 rounding, 7.12.10 remainders,
 * 7.12.11, 7.12.12.  No floating-point exception is raised beyond those of the arithmetic.
 */
#include <limits.h>
#include <math.h>
#include <stdint.h>

#define BIAS 16383
#define FRACTION_BITS 112
#define EXPONENT_MAX 0x7fff
#define SIGN (UINT64_C(1) << 63)

__extension__ typedef unsigned __int128 bits128;

union quad {
    long double value;
    bits128 bits;
    struct {
        uint64_t low, high;
    };
};

static int exponent_of(union quad q)
{
    return (int)(q.high >> 48 & EXPONENT_MAX);
}

static int is_finite(long double x)
{
    return exponent_of((union quad){.value = x}) != EXPONENT_MAX;
}

long double fabsl(long double x)
{
    union quad q = {.value = x};

    q.high &= ~SIGN;
    return q.value;
}

long double copysignl(long double x, long double y)
{
    union quad q = {.value = x}, sign = {.value = y};

    q.high = (q.high & ~SIGN) | (sign.high & SIGN);
    return q.value;
}

long double truncl(long double x)
{
    union quad q = {.value = x};
    int exponent = exponent_of(q) - BIAS;

    if (exponent < 0) {
        return copysignl(0, x);
    }
    if (exponent < FRACTION_BITS) {
        q.bits &= ~(bits128)0 << (FRACTION_BITS - exponent);
    }
    return q.value;
}

long double floorl(long double x)
{
    long double whole = truncl(x);

    return whole > x ? whole - 1 : whole;
}

long double ceill(long double x)
{
    long double whole = truncl(x);

    return whole < x ? copysignl(whole + 1, x) : whole;
}

long double roundl(long double x)
{
    long double whole = truncl(x);

    return fabsl(x - whole) >= 0.5L ? whole + copysignl(1, x) : whole;
}

/* Adding 2^112 leaves no bit for a fraction, and rounds as FPCR says. */
long double rintl(long double x)
{
    volatile long double shifted;

    if (!(fabsl(x) < 0x1p112L)) {
        return x;
    }
    shifted = fabsl(x) + 0x1p112L;
    return copysignl(shifted - 0x1p112L, x);
}

long double nearbyintl(long double x)
{
    return rintl(x);
}

long lrintl(long double x)
{
    return (long)rintl(x);
}

long long llrintl(long double x)
{
    return (long long)rintl(x);
}

long lroundl(long double x)
{
    return (long)roundl(x);
}

long long llroundl(long double x)
{
    return (long long)roundl(x);
}

long double frexpl(long double x, int *exponent)
{
    union quad q = {.value = x};

    *exponent = 0;
    if (x == 0 || !is_finite(x)) {
        return x;
    }
    if (exponent_of(q) == 0) {
        q.value *= 0x1p120L; /* subnormal */
        *exponent = -120;
    }
    *exponent += exponent_of(q) - (BIAS - 1);
    q.high = (q.high & ~((uint64_t)EXPONENT_MAX << 48)) | (uint64_t)(BIAS - 1) << 48;
    return q.value;
}

/* 2 to a power that a normal number has. */
static long double power_of_2(int exponent)
{
    return (union quad){.high = (uint64_t)(exponent + BIAS) << 48}.value;
}

long double scalbnl(long double x, int n)
{
    int exponent;
    long double fraction = frexpl(x, &exponent);

    if (x == 0 || !is_finite(x) || n == 0) {
        return x;
    }
    /* One multiplication rounds: the one that may leave the normal numbers comes last. */
    n = n > 100000 ? 100000 : n < -100000 ? -100000 : n;
    n += exponent;
    if (n > BIAS) {
        return fraction * 2 * power_of_2(BIAS) * (n > BIAS + 1 ? 2 : 1);
    }
    if (n >= -BIAS + 2) {
        return fraction * power_of_2(n);
    }
    n = n < -2 * BIAS + 400 ? -2 * BIAS + 400 : n;
    return fraction * power_of_2(n + BIAS - 2) * power_of_2(2 - BIAS);
}

long double scalblnl(long double x, long n)
{
    return scalbnl(x, n > INT_MAX ? INT_MAX : n < INT_MIN ? INT_MIN : (int)n);
}

long double ldexpl(long double x, int n)
{
    return scalbnl(x, n);
}

int ilogbl(long double x)
{
    int exponent;

    if (x == 0) {
        return FP_ILOGB0;
    }
    if (!is_finite(x)) {
        return x != x ? FP_ILOGBNAN : INT_MAX;
    }
    frexpl(x, &exponent);
    return exponent - 1;
}

long double logbl(long double x)
{
    if (x == 0) {
        return -1 / fabsl(x);
    }
    return is_finite(x) ? (long double)ilogbl(x) : x * x;
}

long double modfl(long double x, long double *whole)
{
    *whole = truncl(x);
    return copysignl(is_finite(x) ? x - *whole : x != x ? x : 0, x);
}

long double fmodl(long double x, long double y)
{
    long double left = fabsl(x), step;
    int above, below;

    y = fabsl(y);
    if (y == 0 || y != y || !is_finite(x)) {
        return (x * y) / (x * y);
    }
    if (left < y) {
        return x;
    }
    frexpl(left, &above);
    frexpl(y, &below);
    for (int shift = above - below; shift >= 0; shift--) {
        step = scalbnl(y, shift);
        if (left >= step) {
            left -= step;
        }
    }
    return copysignl(left, x);
}

long double remainderl(long double x, long double y)
{
    long double left, size = fabsl(y);

    if (size == 0 || size != size || !is_finite(x)) {
        return (x * y) / (x * y);
    }
    /* Twice y overflows only where the remainder by it would be x itself. */
    left = fabsl(size < 0x1p16383L ? fmodl(x, size + size) : x);
    /* Exactly half a y stays: the quotient is even then, and would be odd after one more y. */
    if (left + left > size) {
        left -= size;
        if (left + left >= size) {
            left -= size;
        }
    }
    return signbit(x) ? -left : left;
}

long double fmaxl(long double x, long double y)
{
    return x != x ? y : y != y || x > y || (x == y && !signbit(x)) ? x : y;
}

long double fminl(long double x, long double y)
{
    return x != x ? y : y != y || x < y || (x == y && signbit(x)) ? x : y;
}

long double fdiml(long double x, long double y)
{
    return x != x || y != y ? x + y : x > y ? x - y : 0;
}

long double nextafterl(long double x, long double y)
{
    union quad q = {.value = x};

    if (x != x || y != y) {
        return x + y;
    }
    if (x == y) {
        return y;
    }
    if (x == 0) {
        return copysignl(0x1p-16494L, y);
    }
    q.bits += (x < y) == (x > 0) ? (bits128)1 : ~(bits128)0;
    return q.value;
}

long double nexttowardl(long double x, long double y)
{
    return nextafterl(x, y);
}

double nexttoward(double x, long double y)
{
    if (x != x || y != y) {
        return (double)(x + y);
    }
    return x == y ? (double)y : nextafter(x, x < y ? HUGE_VAL : -HUGE_VAL);
}
