/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel of an instance that follows its threads (docs/dynamic.md): the level of the
 * running thread stands in CONTEXTIDR_EL1, where Mortise finds it without an exit, and the most
 * urgent level that waits for this CPU in TPIDRRO_EL0, where Mortise leaves it.  Who falls behind
 * that one asks for a decision.  Programs with one CPU; in others nothing of this is there.
 */
#ifndef TN_PUBLISH_H
#define TN_PUBLISH_H

#include <tn/abi/hypercall.h>
#include <tn/kernel.h>

#if CONFIG_PUBLISH
/* In tn_switch(): x1 runs from here on.  x0, x2, x3, x9, x10 are free, x19 is restored later. */
#define TN_PUBLISH_ASM                                                                             \
    "ldr w10, [x1, %[level]]\n\t"                                                                  \
    "msr contextidr_el1, x10\n\t"                                                                  \
    "mrs x9, tpidrro_el0\n\t"                                                                      \
    "cmp x10, x9\n\t"                                                                              \
    "b.hi 3f\n"                                                                                    \
    "4:\n\t"
#define TN_PUBLISH_CALL_ASM                                                                        \
    "\n3:\n\t"                                                                                     \
    "mov x19, x1\n\t"                                                                              \
    "ldr x0, =%c[follow]\n\t"                                                                      \
    "hvc #0\n\t"                                                                                   \
    "mov x1, x19\n\t"                                                                              \
    "b 4b\n\t"                                                                                     \
    ".ltorg"
#define TN_PUBLISH_OPERANDS                                                                        \
    , [level] "i"(offsetof(struct tn_thread, run.level)), [follow] "i"(TN_HC_SCHED_FOLLOW)
#else
#define TN_PUBLISH_ASM
#define TN_PUBLISH_CALL_ASM
#define TN_PUBLISH_OPERANDS
#endif

/* The running thread has another level.  Kernel lock held. */
static inline void tn_publish(uint32_t level)
{
    tn_sysreg_write(contextidr_el1, level);
    if (level > tn_sysreg_read(tpidrro_el0)) {
        register uint64_t x0 __asm__("x0") = TN_HC_SCHED_FOLLOW;

        __asm__ volatile("hvc #0" : "+r"(x0) : : "x1", "x2", "x3", "memory");
    }
}

#endif
