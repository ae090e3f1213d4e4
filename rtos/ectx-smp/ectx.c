/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FP/SIMD state with several CPUs.  A thread pays for it from its first use on, which traps, once.
 * From then on its registers are saved whenever it is switched away from, because only this CPU
 * can, and it may go on on another one.  They are loaded when it comes back, unless nobody has
 * used them on this CPU meanwhile: each CPU remembers whose state it has (fp_owner), each state
 * which CPU had it last, and both must agree.
 *
 * A handler that uses the unit traps, too.  What the interrupted thread has in it goes to memory;
 * of any other thread it is there already.
 */
#include <stddef.h>
#include <tn/ectx.h>
#include <tn/ectx_state.h>
#include <tn/kernel.h>

#define CPACR_FPEN (3u << 20)

static struct tn_ectx main_state;

static inline void open_unit(void)
{
    tn_sysreg_write(cpacr_el1, CPACR_FPEN);
    tn_isb();
}

void tn_ectx_init(void)
{
    tn_sysreg_write(cpacr_el1, 0);
    tn_isb();
}

char *tn_ectx_reserve(struct tn_thread *t, char *top)
{
    t->ectx = (struct tn_ectx *)(void *)top - 1;
    t->ectx->full = 0;
    t->ectx->used = 0;
    t->ectx->cpu = NULL;
    return (char *)t->ectx;
}

void tn_ectx_adopt(struct tn_thread *t)
{
    t->ectx = &main_state;
}

/* When it is back a handler may have put all of its registers into memory already. */
void tn_ectx_preempted(struct tn_thread *t, int full)
{
    if (full || tn_cpu_this()->fp_owner == t) {
        t->ectx->full = (uint32_t)full;
    }
}

static void load(struct tn_thread *t)
{
    struct tn_cpu *cpu = tn_cpu_this();

    if (cpu->fp_owner != t || t->ectx->cpu != cpu) {
        if (t->ectx->full) {
            tn_ectx_load_full(t->ectx);
        } else {
            tn_ectx_load_part(t->ectx);
        }
        cpu->fp_owner = t;
        t->ectx->cpu = cpu;
    }
    t->ectx->full = 0;
}

void tn_ectx_load(struct tn_thread *to)
{
    open_unit();
    load(to);
}

/* Only if it is in the registers: a handler may have put it into memory. */
void tn_ectx_leave(struct tn_thread *from)
{
    if (tn_cpu_this()->fp_owner != from) {
        return;
    }
    open_unit();
    if (from->ectx->full) {
        tn_ectx_save_full(from->ectx);
    } else {
        tn_ectx_save_part(from->ectx);
    }
}

/* Its memory may be another thread's soon, at the same address. */
void tn_ectx_end(struct tn_thread *t)
{
    t->hooks &= ~TN_HOOK_ECTX;
    t->ectx->cpu = NULL;
}

int tn_ectx_trap(struct tn_thread *t, int in_handler)
{
    struct tn_cpu *cpu = tn_cpu_this();

    open_unit();
    if (in_handler) {
        if (cpu->fp_owner == t) {
            tn_ectx_save_full(t->ectx);
            t->ectx->full = 1;
            t->cpacr = 0;
        }
        cpu->fp_owner = NULL;
        return 1;
    }
    if (!t->ectx->used) {
        *t->ectx = (struct tn_ectx){.full = 1, .used = 1};
        t->hooks |= TN_HOOK_ECTX;
    }
    load(t);
    t->cpacr = CPACR_FPEN;
    return 1;
}
