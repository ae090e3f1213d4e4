/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The switch between two threads.  Written in C so that structure offsets come from the
 * compiler; the body is what AAPCS64 asks of a function and nothing else.  A switch is a call:
 * of the general registers only x19..x30 and sp are alive across it.
 */
#include <stddef.h>
#include <tn/kernel.h>
#include <tn/kernel_switch.h>
#include <tn/publish.h>

#define OFFSET(field) [field] "i"(offsetof(struct tn_thread, field))

#if CONFIG_TN_FP
/* The ISB orders the access right against what the thread does first. */
#define SWITCH_CPACR "ldr x10, [x1, %[cpacr]]\n\tmsr cpacr_el1, x10\n\tisb\n\t"
#else
#define SWITCH_CPACR
#endif

/*
 * x0: from, x1: to.  The new thread's stack is in use from `mov sp` on, and TPIDR_EL1 follows
 * within the same masked section, so that no interrupt sees one without the other.
 */
__attribute__((naked)) long tn_switch(struct tn_thread *from, struct tn_thread *to)
{
    __asm__ volatile(
        "stp x29, x30, [sp, #-%c[frame]]!\n\t"
        "stp x19, x20, [sp, #16]\n\t"
        "stp x21, x22, [sp, #32]\n\t"
        "stp x23, x24, [sp, #48]\n\t"
        "stp x25, x26, [sp, #64]\n\t"
        "stp x27, x28, [sp, #80]\n\t"
        "mov x9, sp\n\t"
        "ldr x10, [x1, %[sp]]\n\t"
        "str x9, [x0, %[sp]]\n\t"
        "mov sp, x10\n\t"
        "msr tpidr_el1, x1\n\t" TN_PERCPU_SWITCH_ASM "ldr w9, [x0, %[hooks]]\n\t"
        "ldr w10, [x1, %[hooks]]\n\t"
        "orr w9, w9, w10\n\t" SWITCH_CPACR "cbnz w9, 2f\n"
        "1:\n\t" TN_PUBLISH_ASM "ldp x19, x20, [sp, #16]\n\t"
        "ldp x21, x22, [sp, #32]\n\t"
        "ldp x23, x24, [sp, #48]\n\t"
        "ldp x25, x26, [sp, #64]\n\t"
        "ldp x27, x28, [sp, #80]\n\t"
        "ldr x0, [x1, %[result]]\n\t"
        "ldp x29, x30, [sp], #%c[frame]\n\t" TN_PERCPU_UNLOCK_ASM TN_MASK_END_ASM
        "msr daifclr, #2\n\t"
        "ret\n"
        "2:\n\t"
        "mov x19, x1\n\t"
        "bl tn_switch_hooks\n\t"
        "mov x1, x19\n\t"
        "b 1b" TN_PUBLISH_CALL_ASM
        :
        : OFFSET(sp), OFFSET(hooks), OFFSET(result), OFFSET(cpacr),
          [frame] "i"(TN_SWITCH_FRAME)TN_PERCPU_OPERANDS TN_MASK_OPERANDS TN_PUBLISH_OPERANDS);
}

/*
 * Where a new thread's voluntary frame returns to: x19 is its entry, x20 the argument.  x29 is
 * 0 and x30 nobody's, the end of a backtrace.
 */
__attribute__((naked)) static void thread_start(void)
{
    __asm__ volatile(".cfi_undefined x30\n\t"
                     "mov x0, x20\n\t"
                     "blr x19\n\t"
                     "b tn_thread_exit");
}

void *tn_switch_prepare(char *stack_top, void *(*entry)(void *), void *arg)
{
    uint64_t *frame = (uint64_t *)(void *)(stack_top - TN_SWITCH_FRAME);

    for (size_t i = 0; i < TN_SWITCH_FRAME / sizeof(*frame); i++) {
        frame[i] = 0;
    }
    frame[1] = (uintptr_t)thread_start;
    frame[2] = (uintptr_t)entry;
    frame[3] = (uintptr_t)arg;
    return frame;
}

/* x19: what the interrupted call returns, x20: what to call; sp: the thread's own frame. */
__attribute__((naked)) static void async_start(void)
{
    __asm__ volatile("mrs x0, tpidr_el1\n\t"
                     "mov x1, x20\n\t"
                     "bl tn_ectx_around\n\t"
                     "mov x0, x19\n\t"
                     "ldp x19, x20, [sp, #16]\n\t"
                     "ldp x21, x22, [sp, #32]\n\t"
                     "ldp x23, x24, [sp, #48]\n\t"
                     "ldp x25, x26, [sp, #64]\n\t"
                     "ldp x27, x28, [sp, #80]\n\t"
                     "ldp x29, x30, [sp], #%c[frame]\n\t"
                     "ret"
                     :
                     : [frame] "i"(TN_SWITCH_FRAME));
}

void tn_switch_push(struct tn_thread *t, void (*fn)(void))
{
    uint64_t *frame = (uint64_t *)(void *)((char *)t->sp - TN_SWITCH_FRAME);

    for (size_t i = 0; i < TN_SWITCH_FRAME / sizeof(*frame); i++) {
        frame[i] = 0;
    }
    frame[1] = (uintptr_t)async_start;
    frame[2] = (uint64_t)t->result;
    frame[3] = (uintptr_t)fn;
    t->sp = frame;
    t->resuming = 0; /* the call may be preempted, and need not return */
}
