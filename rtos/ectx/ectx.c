/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FP/SIMD state.  A thread pays for it from its first use on: that traps, once.  The registers
 * hold the state of `owner`; they are saved when another thread that uses them comes in, not
 * when one comes in that does not.  A thread that left by a call has only d8..d15 and FPCR
 * alive (AAPCS64 6.1.2), a preempted one everything.
 *
 * The vectors close the unit while handlers run and reopen it as it was.  A handler that uses it
 * traps, too: the owner's registers go to memory, and the handler has the unit for itself, with
 * interrupts masked until it returns.
 */
#include <stddef.h>
#include <tn/ectx.h>
#include <tn/ectx_state.h>
#include <tn/kernel.h>

#define CPACR_FPEN (3u << 20)

static struct tn_thread *owner; /* whose state is in the registers, NULL: nobody's */
static struct tn_ectx main_state;

static inline void open_unit(void)
{
    tn_sysreg_write(cpacr_el1, CPACR_FPEN);
    tn_isb();
}

static inline void close_unit(void)
{
    tn_sysreg_write(cpacr_el1, 0);
    tn_isb();
}

void tn_ectx_init(void)
{
    close_unit();
}

char *tn_ectx_reserve(struct tn_thread *t, char *top)
{
    t->ectx = (struct tn_ectx *)(void *)top - 1;
    t->ectx->full = 0;
    t->ectx->used = 0;
    return (char *)t->ectx;
}

void tn_ectx_adopt(struct tn_thread *t)
{
    t->ectx = &main_state;
}

/*
 * The registers now belong to `t`, or to nobody.  The old owner must load its state before it
 * runs again, the new one may use the unit.
 */
static void set_owner(struct tn_thread *t)
{
    if (owner != NULL) {
        owner->cpacr = 0;
        owner->hooks |= TN_HOOK_ECTX;
    }
    owner = t;
    if (t != NULL) {
        t->cpacr = CPACR_FPEN;
        t->hooks &= ~TN_HOOK_ECTX;
    }
}

/* The unit is open. */
static void save_owner(void)
{
    if (owner == NULL) {
        return;
    }
    if (owner->ectx->full) {
        tn_ectx_save_full(owner->ectx);
    } else {
        tn_ectx_save_part(owner->ectx);
    }
}

static void exchange(struct tn_thread *t)
{
    save_owner();
    if (t->ectx->full) {
        tn_ectx_load_full(t->ectx);
    } else {
        tn_ectx_load_part(t->ectx);
    }
    set_owner(t);
}

/* When it is back a handler may have put all of its registers into memory already. */
void tn_ectx_preempted(struct tn_thread *t, int full)
{
    if (full || owner == t) {
        t->ectx->full = (uint32_t)full;
    }
}

/*
 * Begin to fetch what the switch to `t` will load, its state and its frame, so that with many
 * threads the caches miss once and not for each line; nobody waits for these loads.  (A PRFM would
 * do the same; loads are seen by tools/bench/model.c, too.)
 */
static inline void fetch(const struct tn_thread *t)
{
    __asm__ volatile("ldr xzr, [%0]\n\t"
                     "ldr xzr, [%0, #64]\n\t"
                     "ldr xzr, [%1]\n\t"
                     "ldr xzr, [%1, #64]"
                     :
                     : "r"(t->ectx), "r"(t->sp));
}

void tn_ectx_load(struct tn_thread *to)
{
    open_unit();
    fetch(to);
    exchange(to);
}

void tn_ectx_end(struct tn_thread *t)
{
    if (owner == t) {
        owner = NULL;
    }
}

/* The first use: registers of a fresh thread are zero. */
static void begin(struct tn_thread *t)
{
    *t->ectx = (struct tn_ectx){.full = 1, .used = 1};
}

int tn_ectx_trap(struct tn_thread *t, int in_handler)
{
    open_unit();
    if (in_handler) {
        /* Its registers may all be alive if it is the interrupted one. */
        if (owner == t) {
            t->ectx->full = 1;
        }
        save_owner();
        set_owner(NULL);
        return 1;
    }
    if (!t->ectx->used) {
        begin(t);
    }
    if (owner != t) {
        exchange(t);
    }
    t->ectx->full = 0;
    return 1;
}
