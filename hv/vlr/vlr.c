/* SPDX-License-Identifier: Apache-2.0 */
/* What list registers hold, the same for all versions of the controller. */
#include <tn/hv/vlr.h>

#include <tn/gic.h>
#include <tn/hv/vlr_regs.h>

static struct {
    uint64_t lr[VLR_COUNT];
    struct vlr_state state;
    uint32_t used; /* list registers that had something in them */
} saved;

void tn_vlr_init(void)
{
    for (unsigned i = 0; i < VLR_COUNT; i++) {
        vlr_write(i, 0);
    }
    vlr_state_reset();
}

void tn_vlr_save(void)
{
    saved.used = vlr_used();
    for (uint32_t left = saved.used; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);

        saved.lr[i] = vlr_read(i);
        vlr_write(i, 0);
    }
    vlr_state_save(&saved.state);
}

void tn_vlr_restore(void)
{
    for (uint32_t left = saved.used; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);

        vlr_write(i, saved.lr[i]);
    }
    vlr_state_restore(&saved.state);
}

/*
 * Two list registers with one number are not allowed: an SGI that is there already is one.  Neither
 * may one with HW be pending and active: an SPI that was active until another partition deactivated
 * it (docs/hypercalls.md) is active again, and the guest's end of it lets it come again.
 */
static bool merged(uint32_t in_use, uint64_t new)
{
    for (; in_use != 0; in_use &= in_use - 1) {
        unsigned i = (unsigned)__builtin_ctz(in_use);
        uint64_t lr = vlr_read(i);

        if (VLR_INTID(lr) == VLR_INTID(new)) {
            if (!(lr & VLR_HW)) {
                vlr_write(i, lr | VLR_PENDING);
            }
            return true;
        }
    }
    return false;
}

static bool put_elsewhere(uint32_t in_use, uint64_t lr)
{
    if (merged(in_use, lr)) {
        return true;
    }
    if (in_use == VLR_ALL) {
        return false;
    }
    vlr_write((unsigned)__builtin_ctz(~in_use), lr);
    return true;
}

bool tn_vlr_put(uint32_t intid, uint8_t priority, bool hardware)
{
    uint64_t lr = VLR_PENDING | VLR_GROUP1 | (uint64_t)priority << VLR_PRIORITY_SHIFT | intid;
    uint32_t in_use = vlr_used();

    if (hardware) {
        lr |= VLR_HW | (uint64_t)intid << VLR_PINTID_SHIFT;
        if (in_use == 0) {
            vlr_write(0, lr);
            return true;
        }
    }
    return put_elsewhere(in_use, lr);
}

bool tn_vlr_take_back(uint32_t intid)
{
    for (uint32_t left = vlr_used(); left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        uint64_t lr = vlr_read(i);

        if (VLR_INTID(lr) == intid && lr & VLR_PENDING) {
            vlr_write(i, lr & VLR_ACTIVE ? lr & ~VLR_PENDING : 0);
            return true;
        }
    }
    return false;
}

bool tn_vlr_busy(void)
{
    return vlr_used() != 0;
}

bool tn_vlr_pending(void)
{
    for (uint32_t left = vlr_used(); left != 0; left &= left - 1) {
        if (vlr_read((unsigned)__builtin_ctz(left)) & VLR_PENDING) {
            return true;
        }
    }
    return false;
}

uint32_t tn_vlr_private(uint32_t *active)
{
    uint32_t found = 0;

    *active = 0;
    for (uint32_t left = vlr_used(); left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        uint64_t lr = vlr_read(i);

        if (!(lr & VLR_HW) || VLR_INTID(lr) >= TN_GIC_FIRST_SPI) {
            continue;
        }
        found |= 1u << VLR_INTID(lr);
        if (lr & VLR_ACTIVE) {
            *active |= 1u << VLR_INTID(lr);
        } else {
            vlr_write(i, 0);
        }
    }
    return found;
}

bool tn_vlr_end(uint32_t intid)
{
    for (uint32_t left = vlr_used(); left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        uint64_t lr = vlr_read(i);

        if (VLR_INTID(lr) == intid && lr & VLR_ACTIVE) {
            vlr_write(i, lr & VLR_PENDING ? lr & ~VLR_ACTIVE : 0);
            return true;
        }
    }
    return false;
}

uint32_t tn_vlr_bits(uint32_t bank, bool active)
{
    uint32_t found = 0;

    for (uint32_t left = vlr_used(); left != 0; left &= left - 1) {
        uint64_t lr = vlr_read((unsigned)__builtin_ctz(left));

        if (VLR_INTID(lr) / 32 == bank && lr & (active ? VLR_ACTIVE : VLR_PENDING)) {
            found |= 1u << VLR_INTID(lr) % 32;
        }
    }
    return found;
}
