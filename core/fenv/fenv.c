/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floating-point environment in FPCR and FPSR.  The asm statements are volatile and clobber
 * memory, which is as much as clang 14 offers to keep arithmetic on its side of a call.
 */
#include <fenv.h>

#define ROUNDING FE_TOWARDZERO /* both bits of FPCR.RMode */

static unsigned get_control(void)
{
    unsigned long value;

    __asm__ volatile("mrs %0, fpcr" : "=r"(value) : : "memory");
    return (unsigned)value;
}

static void set_control(unsigned value)
{
    __asm__ volatile("msr fpcr, %0" : : "r"((unsigned long)value) : "memory");
}

static unsigned get_status(void)
{
    unsigned long value;

    __asm__ volatile("mrs %0, fpsr" : "=r"(value) : : "memory");
    return (unsigned)value;
}

static void set_status(unsigned value)
{
    __asm__ volatile("msr fpsr, %0" : : "r"((unsigned long)value) : "memory");
}

int feclearexcept(int excepts)
{
    set_status(get_status() & ~((unsigned)excepts & FE_ALL_EXCEPT));
    return 0;
}

int fetestexcept(int excepts)
{
    return (int)(get_status() & (unsigned)excepts & FE_ALL_EXCEPT);
}

int feraiseexcept(int excepts)
{
    set_status(get_status() | ((unsigned)excepts & FE_ALL_EXCEPT));
    return 0;
}

int fegetexceptflag(fexcept_t *flags, int excepts)
{
    *flags = (fexcept_t)fetestexcept(excepts);
    return 0;
}

int fesetexceptflag(const fexcept_t *flags, int excepts)
{
    unsigned mask = (unsigned)excepts & FE_ALL_EXCEPT;

    set_status((get_status() & ~mask) | (*flags & mask));
    return 0;
}

int fegetround(void)
{
    return (int)(get_control() & ROUNDING);
}

int fesetround(int mode)
{
    if ((unsigned)mode & ~(unsigned)ROUNDING) {
        return 1;
    }
    set_control((get_control() & ~(unsigned)ROUNDING) | (unsigned)mode);
    return 0;
}

int fegetenv(fenv_t *env)
{
    *env = (fenv_t){get_control(), get_status()};
    return 0;
}

int fesetenv(const fenv_t *env)
{
    set_control(env->control);
    set_status(env->status);
    return 0;
}

int feholdexcept(fenv_t *env)
{
    fegetenv(env);
    return feclearexcept(FE_ALL_EXCEPT);
}

int feupdateenv(const fenv_t *env)
{
    unsigned raised = get_status() & FE_ALL_EXCEPT;

    fesetenv(env);
    return feraiseexcept((int)raised);
}
