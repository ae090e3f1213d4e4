/* SPDX-License-Identifier: Apache-2.0 */
/* Between the sources of this library. */
#ifndef MMIO_INTERNAL_H
#define MMIO_INTERNAL_H

#include <tn/hv/exit.h>

/* Of the syndrome of a data abort what says how a load extends; decode.c makes the same. */
#define ISS_WIDTH(esr) ((unsigned)((esr) >> 22 & 3))
#define ISS_WIDTH_SHIFT 22
#define ISS_SIGNED (1u << 21)
#define ISS_64 (1u << 15)

#define PAGE_OFFSET 0xfffu

/* What an instruction does with memory: one register, or two behind each other. */
struct mmio_access {
    uint64_t address; /* virtual, of the first */
    unsigned width;   /* of each 1 << width bytes */
    unsigned count;   /* 1, 2 */
    unsigned registers[2];
    bool write;
    bool moves;    /* `base` is `moved` afterwards */
    uint64_t iss;  /* ISS_WIDTH, ISS_SIGNED, ISS_64 */
    unsigned base; /* 31: the stack pointer */
    uint64_t moved;
};

/*
 * The instruction that has made the exit, for which ESR_EL2 has no syndrome (Arm ARM D13, ISV):
 * loads and stores of general registers that move their base, and pairs.  False: another one, or it
 * cannot be read.
 */
bool mmio_decode(const struct tn_hv_frame *frame, struct mmio_access *access);

/* Write back the base. */
void mmio_move_base(struct tn_hv_frame *frame, const struct mmio_access *access);

#endif
