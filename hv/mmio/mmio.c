/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated registers: a data abort at stage 2 that carries its instruction's syndrome (Arm ARM D13,
 * ISS encoding for a data abort) becomes a call of the library whose registers they are.  Without a
 * syndrome decode.c finds out what the instruction does.
 */
#include "internal.h"

#include <tn/abi/cap.h>
#include <tn/hv/partition.h>
#include <tn/sysreg.h>

#define ISS_VALID (1u << 24)
#define ISS_REGISTER(esr) ((unsigned)((esr) >> 16 & 0x1f))
#define ISS_FAR_NOT_VALID (1u << 10)
#define ISS_CACHE (1u << 8)
#define ISS_WALK (1u << 7) /* the abort is on the guest's own table walk */
#define ISS_WRITE (1u << 6)
#define ISS_STATUS(esr) ((unsigned)((esr)&0x3f))
#define STATUS_TRANSLATION 0x4u /* and the level in two bits */

#define HPFAR_TO_IPA(hpfar) (((hpfar) & ~0xfull) << 8)

extern const struct tn_hv_mmio __hv_mmios[], __hv_mmios_end[];

static uint64_t truncate(uint64_t value, unsigned width)
{
    return value & UINT64_MAX >> (64 - (8u << width));
}

static TN_NOINLINE uint64_t extend_sign(uint64_t value, uint64_t iss)
{
    unsigned unused = 64 - (8u << ISS_WIDTH(iss));

    value = (uint64_t)((int64_t)(value << unused) >> unused);
    return iss & ISS_64 ? value : (uint32_t)value;
}

/* What a load puts into its register; `value` is no wider than the access. */
static uint64_t extend(uint64_t value, uint64_t iss)
{
    return iss & ISS_SIGNED ? extend_sign(value, iss) : value;
}

static bool emulate(struct tn_hv_frame *frame, uint64_t esr, const struct tn_hv_mmio *mmio,
                    uint64_t offset)
{
    unsigned width = ISS_WIDTH(esr);
    uint64_t value = 0;

    if (offset >> width << width != offset) {
        return false;
    }
    if (esr & ISS_WRITE) {
        value = truncate(tn_hv_register(frame, ISS_REGISTER(esr)), width);
        (void)mmio->function((uint32_t)offset, width, true, value);
    } else {
        value = mmio->function((uint32_t)offset, width, false, 0);
        tn_hv_set_register(frame, ISS_REGISTER(esr), extend(value, esr));
    }
    tn_hv_skip(esr);
    return true;
}

/* By what decode.c has found; both registers of a pair lie in the page that HPFAR_EL2 names. */
static TN_NOINLINE bool emulate_decoded(struct tn_hv_frame *frame, uint64_t esr,
                                        const struct tn_hv_mmio *mmio, uint64_t page)
{
    uint64_t far = tn_sysreg_read(far_el2);
    struct mmio_access access;
    uint64_t size, at;

    if (!mmio_decode(frame, &access)) {
        return false;
    }
    size = (uint64_t)access.count << access.width;
    at = access.address & PAGE_OFFSET;
    if (far - access.address >= size || at + size > PAGE_OFFSET + 1 ||
        (at & ((1u << access.width) - 1)) != 0) {
        return false;
    }
    at += page - mmio->base;
    for (unsigned i = 0; i < access.count; i++, at += 1u << access.width) {
        unsigned number = access.registers[i];

        if (access.write) {
            (void)mmio->function((uint32_t)at, access.width, true,
                                 truncate(tn_hv_register(frame, number), access.width));
        } else {
            tn_hv_set_register(
                frame, number,
                extend(mmio->function((uint32_t)at, access.width, false, 0), access.iss));
        }
    }
    mmio_move_base(frame, &access);
    tn_hv_skip(esr);
    return true;
}

static bool on_data_abort(struct tn_hv_frame *frame, uint64_t esr)
{
    uint64_t ipa =
        HPFAR_TO_IPA(tn_sysreg_read(hpfar_el2)) | (tn_sysreg_read(far_el2) & PAGE_OFFSET);
    const struct tn_hv_mmio *mmio = __hv_mmios; /* one at least: it has this library linked */

    if ((ISS_STATUS(esr) & ~3u) != STATUS_TRANSLATION || (esr & (ISS_WALK | ISS_FAR_NOT_VALID))) {
        return false;
    }
    do {
        if (ipa - mmio->base >= mmio->size || !tn_hv_has_cap(mmio->cap)) {
            continue;
        }
        if (esr & ISS_VALID) {
            return emulate(frame, esr, mmio, ipa - mmio->base);
        }
        /* Cache maintenance of registers, which are in no cache. */
        if (esr & ISS_CACHE) {
            tn_hv_skip(esr);
            return true;
        }
        return emulate_decoded(frame, esr, mmio, ipa - (ipa & PAGE_OFFSET));
    } while (++mmio < __hv_mmios_end);
    return false;
}

TN_HV_EXIT(data_abort, HV_EC_DATA_ABORT, TN_CAP_VGIC, on_data_abort);
