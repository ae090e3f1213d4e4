/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target's part of newlib's <fenv.h> (C11 7.6), in place of its template: the flags are
 * FPSR's, the rounding modes FPCR.RMode's (Arm ARM C5.2).  Exceptions cannot trap.
 */
#ifndef _SYS_FENV_H_
#define _SYS_FENV_H_

#define FE_INVALID 0x01
#define FE_DIVBYZERO 0x02
#define FE_OVERFLOW 0x04
#define FE_UNDERFLOW 0x08
#define FE_INEXACT 0x10
#define FE_ALL_EXCEPT 0x1f

#define FE_TONEAREST 0x000000
#define FE_UPWARD 0x400000
#define FE_DOWNWARD 0x800000
#define FE_TOWARDZERO 0xc00000

typedef struct {
    unsigned int control; /* FPCR */
    unsigned int status;  /* FPSR */
} fenv_t;
typedef unsigned int fexcept_t;

#define FE_DFL_ENV (&(const fenv_t){0, 0})

#endif
