/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions that the CPU does not describe when they abort: a compiler makes them of a loop over
 * registers.  The instruction is read by the guest's own translation, once; what another of its
 * CPUs makes of it meanwhile is its own affair, since only registers and memory are reached that
 * the guest has anyway.
 */
#include "internal.h"

#include <tn/hv/stage2.h>
#include <tn/sysreg.h>

#define SPSR_MODE 0x1fu
#define SPSR_AARCH32 0x10u
#define SPSR_EL0 0x0u
#define SPSR_EL1H 0x5u

#define PAR_FAULT 1u
#define PAR_PAGE 0x0000fffffffff000ull

/* A64 (Arm ARM C4.1.66): load/store register, immediate post- and pre-indexed; pairs. */
#define IS_INDEXED(insn) (((insn)&0x3f200400u) == 0x38000400u)
#define INDEXED_SIZE(insn) ((insn) >> 30)
#define INDEXED_OPC(insn) ((insn) >> 22 & 3u)
#define INDEXED_PRE (1u << 11)
#define INDEXED_IMM(insn) ((int32_t)((insn) << 11) >> 23)

#define IS_PAIR(insn) (((insn)&0x3e000000u) == 0x28000000u)
#define PAIR_OPC(insn) ((insn) >> 30)
#define PAIR_LOAD (1u << 22)
#define PAIR_MODE(insn) ((insn) >> 23 & 3u) /* no hint, post-index, offset, pre-index */
#define PAIR_POST 1u
#define PAIR_PRE 3u
#define PAIR_RT2(insn) ((insn) >> 10 & 0x1fu)
#define PAIR_IMM(insn) ((int32_t)((insn) << 10) >> 25)

#define RN(insn) ((insn) >> 5 & 0x1fu)
#define RT(insn) ((insn)&0x1fu)
#define SP 31u

/* The guest's stack pointer is SP_EL0 unless it is in EL1h. */
static bool uses_sp_el1(void)
{
    return (tn_sysreg_read(spsr_el2) & SPSR_MODE) == SPSR_EL1H;
}

static uint64_t base_of(const struct tn_hv_frame *frame, unsigned number)
{
    if (number != SP) {
        return frame->x[number];
    }
    return uses_sp_el1() ? tn_sysreg_read(sp_el1) : tn_sysreg_read(sp_el0);
}

void mmio_move_base(struct tn_hv_frame *frame, const struct mmio_access *access)
{
    if (!access->moves) {
        return;
    }
    if (access->base != SP) {
        frame->x[access->base] = access->moved;
    } else if (uses_sp_el1()) {
        tn_sysreg_write(sp_el1, access->moved);
    } else {
        tn_sysreg_write(sp_el0, access->moved);
    }
}

/* By the guest's stage 1 as it is now; PAR_EL1 is the guest's own and comes back. */
static bool translate(uint64_t va, uint64_t *ipa)
{
    uint64_t own = tn_sysreg_read(par_el1), found;

    if ((tn_sysreg_read(spsr_el2) & SPSR_MODE) == SPSR_EL0) {
        __asm__ volatile("at s1e0r, %0" : : "r"(va) : "memory");
    } else {
        __asm__ volatile("at s1e1r, %0" : : "r"(va) : "memory");
    }
    tn_isb(); /* PAR_EL1 is written */
    found = tn_sysreg_read(par_el1);
    tn_sysreg_write(par_el1, own);
    *ipa = (found & PAR_PAGE) | (va & PAGE_OFFSET);
    return !(found & PAR_FAULT);
}

static bool decode_indexed(uint32_t insn, struct mmio_access *access, int64_t *offset, bool *post)
{
    unsigned opc = INDEXED_OPC(insn);

    access->width = INDEXED_SIZE(insn);
    access->count = 1;
    access->write = opc == 0;
    access->iss = (opc > 1 ? ISS_SIGNED : 0) | (opc == 2 ? ISS_64 : 0);
    access->moves = true;
    *offset = INDEXED_IMM(insn);
    *post = !(insn & INDEXED_PRE);
    /* There is no sign to extend into what is as wide already. */
    return opc <= 1 || access->width < (opc == 2 ? 3u : 2u);
}

static bool decode_pair(uint32_t insn, struct mmio_access *access, int64_t *offset, bool *post)
{
    unsigned mode = PAIR_MODE(insn), opc = PAIR_OPC(insn);

    access->width = opc == 2 ? 3 : 2;
    access->count = 2;
    access->write = !(insn & PAIR_LOAD);
    access->iss = opc == 1 ? ISS_SIGNED | ISS_64 : 0; /* LDPSW */
    access->moves = mode == PAIR_POST || mode == PAIR_PRE;
    *offset = (int64_t)PAIR_IMM(insn) * (1 << access->width);
    *post = mode == PAIR_POST;
    return opc == 0 || opc == 2 || (opc == 1 && !access->write);
}

bool mmio_decode(const struct tn_hv_frame *frame, struct mmio_access *access)
{
    uint64_t ipa, base;
    uint32_t insn;
    int64_t offset;
    bool post, known;

    if ((tn_sysreg_read(spsr_el2) & SPSR_AARCH32) || !translate(tn_sysreg_read(elr_el2), &ipa) ||
        !tn_hv_guest_read(&insn, ipa, sizeof(insn))) {
        return false;
    }
    known = IS_INDEXED(insn) ? decode_indexed(insn, access, &offset, &post)
            : IS_PAIR(insn)  ? decode_pair(insn, access, &offset, &post)
                             : false;
    if (!known) {
        return false;
    }
    access->iss |= (uint64_t)access->width << ISS_WIDTH_SHIFT;
    base = base_of(frame, RN(insn));
    access->registers[0] = RT(insn);
    access->registers[1] = PAIR_RT2(insn);
    access->base = RN(insn);
    access->moved = base + (uint64_t)offset;
    access->address = post ? base : access->moved;
    return true;
}
