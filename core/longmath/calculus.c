/* SPDX-License-Identifier: Apache-2.0 */
/*
 * long double functions of calculus, computed in double: 53 of the 113 bits and the range of
 * double.  A program that wants more brings its own; one that only has the type links.
 */
#include <math.h>

#define IN_DOUBLE(name)                                                                            \
    long double name##l(long double x)                                                             \
    {                                                                                              \
        return name((double)x);                                                                    \
    }

IN_DOUBLE(acos)
IN_DOUBLE(acosh)
IN_DOUBLE(asin)
IN_DOUBLE(asinh)
IN_DOUBLE(atan)
IN_DOUBLE(atanh)
IN_DOUBLE(cbrt)
IN_DOUBLE(cos)
IN_DOUBLE(cosh)
IN_DOUBLE(erf)
IN_DOUBLE(erfc)
IN_DOUBLE(exp)
IN_DOUBLE(exp2)
IN_DOUBLE(expm1)
IN_DOUBLE(lgamma)
IN_DOUBLE(log)
IN_DOUBLE(log10)
IN_DOUBLE(log1p)
IN_DOUBLE(log2)
IN_DOUBLE(sin)
IN_DOUBLE(sinh)
IN_DOUBLE(tan)
IN_DOUBLE(tanh)
IN_DOUBLE(tgamma)

long double atan2l(long double y, long double x)
{
    return atan2((double)y, (double)x);
}

long double powl(long double x, long double y)
{
    return pow((double)x, (double)y);
}
