/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: FP/SIMD state of threads.  rtos/ectx does it; rtos/noectx, for programs in
 * which at most one thread touches an FP register, does nothing.  Interrupts masked, all of it.
 */
#ifndef TN_ECTX_H
#define TN_ECTX_H

#include <stdint.h>
#include <tn/compiler.h>

struct tn_cpu;
struct tn_thread;

/*
 * A thread's state.  What a switch by a call needs comes first and is 96 bytes: of a line of the
 * cache each thread has two there, and not more.
 */
struct tn_ectx {
    TN_ALIGNED(16) uint32_t full; /* v holds v0..v31; 0: d8..d15, one behind the other */
    uint32_t used;                /* not 0: the thread has touched a register */
    struct tn_cpu *cpu;           /* several CPUs: whose registers had it last */
    uint64_t fpcr;
    uint64_t fpsr;
    uint64_t v[32][2];
};

/* Close the unit of this CPU: the first use traps.  At start. */
void tn_ectx_init(void);

/* Take the memory for a thread's state from the top of its stack; returns the new top. */
char *tn_ectx_reserve(struct tn_thread *t, char *top);

/* The main thread's, whose stack is in use. */
void tn_ectx_adopt(struct tn_thread *t);

/* At a switch to a thread with TN_HOOK_ECTX. */
void tn_ectx_load(struct tn_thread *to);

/* Several CPUs: at a switch from a thread with TN_HOOK_ECTX, before tn_ectx_load(). */
void tn_ectx_leave(struct tn_thread *from);

/* `t` is about to be preempted (1): all its registers are alive, not only what a callee saves;
 * or it is back (0). */
void tn_ectx_preempted(struct tn_thread *t, int full);

/* Call `fn` in the context of `t`, whose FP/SIMD registers may all be alive.  Not masked. */
void tn_ectx_around(struct tn_thread *t, void (*fn)(void));

/* `t` ends: nobody will want its registers. */
void tn_ectx_end(struct tn_thread *t);

/*
 * An FP access trapped, of the running thread, or of the handler above it.  Returns false if that
 * is an error.
 */
int tn_ectx_trap(struct tn_thread *t, int in_handler);

#endif
