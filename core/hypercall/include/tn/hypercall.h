/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of Mortise as C functions: the HVC instruction for programs at EL1, a function call for one
 * at EL2 (tn/abi/native.h), where HVC would take the registers of an interrupt handler that
 * executes it.  Function numbers and results are those of tn/abi/hypercall.h.  Callable in any
 * context; no locking.
 */
#ifndef TN_HYPERCALL_H
#define TN_HYPERCALL_H

#include <stdint.h>
#include <tn/abi/hypercall.h>
#include <tn/abi/native.h>

#if CONFIG_HOSTED
#define TN_HYPERCALL(x0, ...)                                                                      \
    register uint64_t gate_ __asm__("x16") = TN_NATIVE_GATE;                                       \
                                                                                                   \
    __asm__ volatile("blr x16" : "+r"(x0), "+r"(gate_) : __VA_ARGS__ : "x17", "x30", "cc", "memory")
#else
#define TN_HYPERCALL(x0, ...) __asm__ volatile("hvc #0" : "+r"(x0) : __VA_ARGS__ : "memory")
#endif

/*
 * Call `function` with one argument; returns the result in x0, TN_HC_OK or a negative TN_HC_*.
 * Mortise preserves all other registers, flags included through SPSR_EL2.  The memory clobber
 * is there because a call may change what an interrupt handler sees.
 */
static inline long tn_hypercall1(uint64_t function, uint64_t arg)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = arg;

    TN_HYPERCALL(x0, "r"(x1));
    return (long)x0;
}

/* The same with two arguments. */
static inline long tn_hypercall2(uint64_t function, uint64_t arg1, uint64_t arg2)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = arg1;
    register uint64_t x2 __asm__("x2") = arg2;

    TN_HYPERCALL(x0, "r"(x1), "r"(x2));
    return (long)x0;
}

/* With three. */
static inline long tn_hypercall3(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = arg1;
    register uint64_t x2 __asm__("x2") = arg2;
    register uint64_t x3 __asm__("x3") = arg3;

    TN_HYPERCALL(x0, "r"(x1), "r"(x2), "r"(x3));
    return (long)x0;
}

#endif
