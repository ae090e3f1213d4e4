/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits of a guest other than hypercalls.  A library registers for a class of exceptions or for
 * a range of guest-physical addresses; a partition takes part when it has the capability.  What
 * nobody handles ends the partition with a report, as in an image without this library; a kernel
 * (TN_CAP_STAGE1) gets what a board does instead: an undefined instruction for a system register,
 * an external abort where there is no memory.
 */
#ifndef TN_HV_EXIT_H
#define TN_HV_EXIT_H

#include <tn/hv/report.h>

/* Exception classes, ESR_EL2.EC (Arm ARM D13.2.37), and behind them the kinds of HV_KIND_*. */
#define HV_EC_SYSREG 0x18
#define HV_EC_INSTRUCTION_ABORT 0x20
#define HV_EC_DATA_ABORT 0x24
#define HV_ESR_LONG (1u << 25) /* ESR_EL2.IL: a 32-bit instruction, as all of AArch64 are */
#define HV_EXIT_KIND(kind) (64 + (kind))
#define HV_EXITS (HV_EXIT_KIND(HV_KIND_GUEST) + 1)

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>
#include <tn/compiler.h>

/*
 * TN_HV_EXIT(name, index, cap, function): handler of exception class or kind `index`, for
 * partitions with capability `cap` (TN_CAP_*).  It may change the guest's registers in `frame`,
 * moves ELR_EL2 itself (tn_hv_skip(esr)), and returns true: the guest goes on; false: the exit is
 * not handled.  On the CPU's stack, masked.  One handler an index for a partition.
 */
typedef bool tn_hv_exit_fn(struct tn_hv_frame *frame, uint64_t esr);

struct tn_hv_exit {
    tn_hv_exit_fn *function;
    uint32_t index;
    uint32_t cap;
};

#define TN_HV_EXIT(name, index_, cap_, function_)                                                  \
    static const struct tn_hv_exit tn_hv_exit_##name TN_SECTION(".hv.exits") = {                   \
        .function = (function_), .index = (index_), .cap = (cap_)}

/*
 * TN_HV_MMIO(name, base, size, cap, function): registers at guest-physical [base, base + size) are
 * emulated for partitions with capability `cap`.  `function` gets the offset of an access, aligned
 * to its size of 1 << `width` bytes, and for a write the value, zero-extended; it returns what a
 * read gives, no more than the access is wide.  Unaligned accesses do not come here.
 */
typedef uint64_t tn_hv_mmio_fn(uint32_t offset, unsigned width, bool write, uint64_t value);

struct tn_hv_mmio {
    uint64_t base;
    uint32_t size;
    uint32_t cap;
    tn_hv_mmio_fn *function;
};

#define TN_HV_MMIO(name, base_, size_, cap_, function_)                                            \
    static const struct tn_hv_mmio tn_hv_mmio_##name TN_SECTION(".hv.mmios") = {                   \
        .base = (base_), .size = (size_), .cap = (cap_), .function = (function_)}

/* A general register of the guest by its number in an instruction: 31 is zero, writes lost. */
static inline uint64_t tn_hv_register(const struct tn_hv_frame *frame, unsigned number)
{
    return number < 31 ? frame->x[number] : 0;
}

static inline void tn_hv_set_register(struct tn_hv_frame *frame, unsigned number, uint64_t value)
{
    if (number < 31) {
        frame->x[number] = value;
    }
}

/*
 * The instruction is done: the guest goes on behind it.  `esr` says how long it was: an AArch32
 * program of a kernel's has some of 2 bytes.
 */
void tn_hv_skip(uint64_t esr);

/*
 * The guest gets an Undefined Instruction exception at EL1, as if the instruction did not exist
 * (Arm ARM D1.10).
 */
void tn_hv_inject_undefined(void);

#endif /* __ASSEMBLER__ */
#endif
