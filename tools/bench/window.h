/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What window.c tells model.c: one instruction after the other of one CPU, with its accesses.
 */
#ifndef TN_BENCH_WINDOW_H
#define TN_BENCH_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/* What the bits of an A64 instruction say (Arm ARM DDI 0487, C4.1). */
enum kind {
    KIND_OTHER,
    KIND_DSB,
    KIND_ISB,
    KIND_DMB,
    KIND_SYSREG, /* MRS, MSR, SYS */
    KIND_CALL,   /* SVC, HVC, SMC */
    KIND_ERET,
    KIND_EXCLUSIVE, /* load and store exclusive */
    KIND_BRANCH,
    KIND_MEMORY,
    KINDS
};

struct insn {
    uint64_t address;
    uint32_t bits;
    enum kind kind;
};

enum kind insn_kind(uint32_t bits);

/* One instruction is about to execute. */
void model_insn(const struct insn *insn);
/* An access of the last one: virtual and physical address, store or load, device or memory. */
void model_access(uint64_t virtual, uint64_t physical, bool store, bool device);
/* Cycles so far. */
uint64_t model_cycles(void);
/* Misses so far of: L1 instruction cache, L1 data cache, L2 cache, first-level TLBs, main TLB. */
enum model_miss { MISS_L1I, MISS_L1D, MISS_L2, MISS_UTLB, MISS_TLB, MISSES };
uint64_t model_misses(enum model_miss what);

#endif
