/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HVC instruction as C functions, for programs at EL1 above Mortise.  Function numbers and
 * results are those of tn/abi/hypercall.h.  Callable in any context; no locking.
 */
#ifndef TN_HYPERCALL_H
#define TN_HYPERCALL_H

#include <stdint.h>
#include <tn/abi/hypercall.h>

/*
 * Call `function` with one argument; returns the result in x0, TN_HC_OK or a negative TN_HC_*.
 * Mortise preserves all other registers, flags included through SPSR_EL2.  The memory clobber
 * is there because a call may change what an interrupt handler sees.
 */
static inline long tn_hypercall1(uint64_t function, uint64_t arg)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = arg;

    __asm__ volatile("hvc #0" : "+r"(x0) : "r"(x1) : "memory");
    return (long)x0;
}

/* The same with two arguments. */
static inline long tn_hypercall2(uint64_t function, uint64_t arg1, uint64_t arg2)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = arg1;
    register uint64_t x2 __asm__("x2") = arg2;

    __asm__ volatile("hvc #0" : "+r"(x0) : "r"(x1), "r"(x2) : "memory");
    return (long)x0;
}

/* With three. */
static inline long tn_hypercall3(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = arg1;
    register uint64_t x2 __asm__("x2") = arg2;
    register uint64_t x3 __asm__("x3") = arg3;

    __asm__ volatile("hvc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3) : "memory");
    return (long)x0;
}

#endif
