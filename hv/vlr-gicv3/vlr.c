/* SPDX-License-Identifier: Apache-2.0 */
/*
 * List registers of GICv3 (Arm IHI 0069H, 12.4).  Up to four are used, which every CPU has: what
 * does not fit waits with the caller.
 */
#include <tn/hv/vlr.h>

#include <tn/gic.h>
#include <tn/sysreg.h>

#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICC_DIR_EL1 S3_0_C12_C11_1
#define ICC_CTLR_EOIMODE (1u << 1)

#define ICH_AP0R0_EL2 S3_4_C12_C8_0
#define ICH_AP1R0_EL2 S3_4_C12_C9_0
#define ICH_HCR_EL2 S3_4_C12_C11_0
#define ICH_ELRSR_EL2 S3_4_C12_C11_5
#define ICH_VMCR_EL2 S3_4_C12_C11_7

#define HCR_EN (1u << 0)
#define HCR_UIE (1u << 1) /* underflow: at most one list register is in use */

/* The guest's interface: Group 1 on, all priorities, EOImode 0, no preemption bits. */
#define VMCR_OPEN (0xffull << 24 | 1u << 1)

#define LR_PENDING (1ull << 62)
#define LR_ACTIVE (1ull << 63)
#define LR_STATE (3ull << 62)
#define LR_HW (1ull << 61)
#define LR_GROUP1 (1ull << 60)
#define LR_PRIORITY_SHIFT 48
#define LR_PINTID_SHIFT 32
#define LR_INTID(lr) ((uint32_t)(lr))

#define LRS 4u
#define ALL ((1u << LRS) - 1)

static struct {
    uint64_t lr[LRS];
    uint64_t vmcr, ap0, ap1;
    uint32_t used; /* list registers that had something in them */
} saved;

static uint64_t read_lr(unsigned i)
{
    switch (i) {
    case 0:
        return tn_sysreg_read(S3_4_C12_C12_0);
    case 1:
        return tn_sysreg_read(S3_4_C12_C12_1);
    case 2:
        return tn_sysreg_read(S3_4_C12_C12_2);
    default:
        return tn_sysreg_read(S3_4_C12_C12_3);
    }
}

static void write_lr(unsigned i, uint64_t value)
{
    switch (i) {
    case 0:
        tn_sysreg_write(S3_4_C12_C12_0, value);
        break;
    case 1:
        tn_sysreg_write(S3_4_C12_C12_1, value);
        break;
    case 2:
        tn_sysreg_write(S3_4_C12_C12_2, value);
        break;
    default:
        tn_sysreg_write(S3_4_C12_C12_3, value);
        break;
    }
}

/* A bit for each list register that holds something. */
static uint32_t used(void)
{
    return ~(uint32_t)tn_sysreg_read(ICH_ELRSR_EL2) & ALL;
}

void tn_vlr_init_cpu(void)
{
    tn_sysreg_write(ICC_CTLR_EL1, ICC_CTLR_EOIMODE);
    tn_isb();
}

void tn_vlr_init(void)
{
    for (unsigned i = 0; i < LRS; i++) {
        write_lr(i, 0);
    }
    tn_sysreg_write(ICH_AP0R0_EL2, 0);
    tn_sysreg_write(ICH_AP1R0_EL2, 0);
    tn_sysreg_write(ICH_VMCR_EL2, VMCR_OPEN);
    tn_sysreg_write(ICH_HCR_EL2, HCR_EN);
}

void tn_vlr_save(void)
{
    saved.used = used();
    for (uint32_t left = saved.used; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);

        saved.lr[i] = read_lr(i);
        write_lr(i, 0);
    }
    saved.vmcr = tn_sysreg_read(ICH_VMCR_EL2);
    saved.ap0 = tn_sysreg_read(ICH_AP0R0_EL2);
    saved.ap1 = tn_sysreg_read(ICH_AP1R0_EL2);
}

void tn_vlr_restore(void)
{
    for (uint32_t left = saved.used; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);

        write_lr(i, saved.lr[i]);
    }
    tn_sysreg_write(ICH_VMCR_EL2, saved.vmcr);
    tn_sysreg_write(ICH_AP0R0_EL2, saved.ap0);
    tn_sysreg_write(ICH_AP1R0_EL2, saved.ap1);
    tn_sysreg_write(ICH_HCR_EL2, HCR_EN);
}

uint32_t tn_vlr_take(void)
{
    uint32_t ack = (uint32_t)tn_sysreg_read(ICC_IAR1_EL1);

    if (ack < TN_GIC_SPURIOUS) {
        tn_sysreg_write(ICC_EOIR1_EL1, ack);
    }
    return ack;
}

void tn_vlr_deactivate(uint32_t ack)
{
    tn_sysreg_write(ICC_DIR_EL1, ack);
}

/* Two list registers with one number are not allowed: an SGI that is there already is one. */
static bool merged(uint32_t in_use, uint32_t intid)
{
    for (; in_use != 0; in_use &= in_use - 1) {
        unsigned i = (unsigned)__builtin_ctz(in_use);
        uint64_t lr = read_lr(i);

        if (LR_INTID(lr) == intid) {
            write_lr(i, lr | LR_PENDING);
            return true;
        }
    }
    return false;
}

static bool put_elsewhere(uint32_t in_use, uint64_t lr)
{
    if (!(lr & LR_HW) && merged(in_use, LR_INTID(lr))) {
        return true;
    }
    if (in_use == ALL) {
        return false;
    }
    write_lr((unsigned)__builtin_ctz(~in_use), lr);
    return true;
}

/* A hardware interrupt is in no list register yet: it was not active. */
bool tn_vlr_put(uint32_t intid, uint8_t priority, bool hardware)
{
    uint64_t lr = LR_PENDING | LR_GROUP1 | (uint64_t)priority << LR_PRIORITY_SHIFT | intid;
    uint32_t in_use = used();

    if (hardware) {
        lr |= LR_HW | (uint64_t)intid << LR_PINTID_SHIFT;
        if (!(in_use & 1)) {
            write_lr(0, lr);
            return true;
        }
    }
    return put_elsewhere(in_use, lr);
}

void tn_vlr_want(bool more)
{
    tn_sysreg_write(ICH_HCR_EL2, more ? HCR_EN | HCR_UIE : HCR_EN);
}

bool tn_vlr_take_back(uint32_t intid)
{
    for (uint32_t left = used(); left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        uint64_t lr = read_lr(i);

        if (LR_INTID(lr) == intid && lr & LR_PENDING) {
            write_lr(i, lr & LR_ACTIVE ? lr & ~LR_PENDING : 0);
            return true;
        }
    }
    return false;
}

bool tn_vlr_busy(void)
{
    return used() != 0;
}

bool tn_vlr_pending(void)
{
    for (uint32_t left = used(); left != 0; left &= left - 1) {
        if (read_lr((unsigned)__builtin_ctz(left)) & LR_PENDING) {
            return true;
        }
    }
    return false;
}

uint32_t tn_vlr_private(uint32_t *active)
{
    uint32_t found = 0;

    *active = 0;
    for (uint32_t left = used(); left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        uint64_t lr = read_lr(i);

        if (!(lr & LR_HW) || LR_INTID(lr) >= TN_GIC_FIRST_SPI) {
            continue;
        }
        found |= 1u << LR_INTID(lr);
        if (lr & LR_ACTIVE) {
            *active |= 1u << LR_INTID(lr);
        } else {
            write_lr(i, 0);
        }
    }
    return found;
}
