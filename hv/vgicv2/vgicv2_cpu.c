/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv2's CPU interface for a raw kernel whose CPUs are not the board's first ones (Arm IHI 0048B,
 * 4.4): the source of an SGI is the board's number of the CPU that sent it, and such a kernel may
 * compare it with its own.  The builder then leaves the page out of stage 2, each access comes
 * here, and is done on the real registers with the number translated.  All others have the page
 * itself.
 */
#include <tn/abi/cap.h>
#include <tn/board.h>
#include <tn/hv/exit.h>
#include <tn/hv/irq.h>
#include <tn/mmio.h>

#include "internal.h"

#define WORD 2u /* width: 4 bytes */

#define GICC_IAR 0x0cu
#define GICC_EOIR 0x10u
#define GICC_HPPIR 0x18u
#define GICC_AIAR 0x20u
#define GICC_AEOIR 0x24u
#define GICC_AHPPIR 0x28u
#define GICC_APR 0xd0u /* active priorities, to GICC_IIDR */
#define GICC_END 0x100u

#define INTID(value) ((value)&0x3ffu)
#define SGIS 16u
#define SOURCE_SHIFT 10
#define SOURCE(value) ((value) >> SOURCE_SHIFT & 7u)

/* An SGI's value with the number `mask` stands for; one that is nobody's stays as it is. */
static uint32_t with_source(uint32_t value, uint32_t mask)
{
    return mask == 0
               ? value
               : (value & ~(7u << SOURCE_SHIFT)) | (uint32_t)__builtin_ctz(mask) << SOURCE_SHIFT;
}

static uint64_t gicc(uint32_t offset, unsigned width, bool write, uint64_t value)
{
    uintptr_t reg = tn_hv_gic.gicc + offset;
    uint32_t word;

    /* What is no register is left alone: nobody knows what a board does there. */
    if (width != WORD || offset >= GICC_END || (offset > GICC_AHPPIR && offset < GICC_APR)) {
        return 0;
    }
    if (write) {
        word = (uint32_t)value;
        if ((offset == GICC_EOIR || offset == GICC_AEOIR) && INTID(word) < SGIS) {
            word = with_source(word, vgicv2_to_board(1u << SOURCE(word)));
        }
        tn_mmio_write32(reg, word);
        return 0;
    }
    word = tn_mmio_read32(reg);
    if ((offset == GICC_IAR || offset == GICC_AIAR || offset == GICC_HPPIR ||
         offset == GICC_AHPPIR) &&
        INTID(word) < SGIS) {
        word = with_source(word, vgicv2_from_board(1u << SOURCE(word)));
    }
    return word;
}

TN_HV_MMIO(gicc, TN_BOARD_GICC_BASE, TN_BOARD_GICC_SIZE, TN_CAP_VGIC, gicc);
