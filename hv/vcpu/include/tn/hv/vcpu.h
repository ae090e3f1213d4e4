/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers of a guest that shares its CPU.  General registers are on the instance's stack;
 * the rest is here, in .bss, which each instance has a copy of.  At EL2, interrupts masked.
 */
#ifndef TN_HV_VCPU_H
#define TN_HV_VCPU_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/compiler.h>

/*
 * System registers of EL1 that a guest can write, and those of EL2 that are its own.  FP and debug
 * registers are saved when they were used.
 */
void tn_vcpu_save(void);
void tn_vcpu_restore(void);

/* Once, before a guest's first instruction: its FP registers are zero. */
void tn_vcpu_begin(void);

/* Instead of saving, when nobody will go on with what this guest has in the CPU. */
void tn_vcpu_drop(void);

/*
 * A debug register traps: a kernel's are loaded, and the access does not trap again.  False: they
 * are loaded already, it is none of them that traps.  Not linked without kernels (VCPU_DEBUG).
 */
bool tn_vcpu_debug_load(void);

/* FP registers of nobody: the next FP instruction of the guest traps. */
void tn_vcpu_fp_reset(void);

/* The trap: this guest's FP registers are loaded. */
void tn_vcpu_fp_load(void);

/*
 * Both EL1 timers.  Save also stops them and returns when the first would have fired, UINT64_MAX:
 * never.  The first alone: tn_vcpu_timers_next().
 */
uint64_t tn_vcpu_timers_save(void);
void tn_vcpu_timers_restore(void);
uint64_t tn_vcpu_timers_next(void);

/*
 * hv/vcpu/switch.S.  Leave this instance at `*sp`, go on where the one with tables `ttbr` left at
 * `to_sp`.  Returns when another instance has switched back.
 */
void tn_vcpu_switch(uint64_t *sp, uint64_t ttbr, uint64_t to_sp);

/* The same, to one that has not begun: hv_main() with x0, base, bss, on its empty stack. */
void tn_vcpu_switch_new(uint64_t *sp, uint64_t ttbr, uint64_t x0, uint64_t base, uint64_t bss);

/* Also there: registers to and from memory, 16-byte aligned. */
#define TN_VCPU_WORDS 30u
void tn_vcpu_store(uint64_t *words);
void tn_vcpu_fetch(const uint64_t *words);

void tn_vcpu_fp_store(uint64_t *area); /* 66 words, 16-byte aligned */
void tn_vcpu_fp_fetch(const uint64_t *area);

#endif
