/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FP/SIMD registers belong to nobody: a program in which no thread keeps a value in one.  The
 * unit is open, because variadic functions of the C library store registers that they do not
 * use.
 */
#include <tn/ectx.h>
#include <tn/sysreg.h>

#define CPACR_FPEN (3u << 20)

void tn_ectx_init(void)
{
    tn_sysreg_write(cpacr_el1, CPACR_FPEN);
    tn_isb();
}

char *tn_ectx_reserve(struct tn_thread *t, char *top)
{
    (void)t;
    return top;
}

void tn_ectx_adopt(struct tn_thread *t)
{
    (void)t;
}

void tn_ectx_leave(struct tn_thread *from)
{
    (void)from;
}

void tn_ectx_load(struct tn_thread *to)
{
    (void)to;
}

void tn_ectx_preempted(struct tn_thread *t, int full)
{
    (void)t;
    (void)full;
}

__attribute__((used)) void tn_ectx_around(struct tn_thread *t, void (*fn)(void))
{
    (void)t;
    fn();
}

void tn_ectx_end(struct tn_thread *t)
{
    (void)t;
}

int tn_ectx_trap(struct tn_thread *t, int in_handler)
{
    (void)t;
    (void)in_handler;
    return 0;
}
