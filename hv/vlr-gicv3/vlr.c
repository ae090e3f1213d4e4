/* SPDX-License-Identifier: Apache-2.0 */
/* List registers of GICv3 (Arm IHI 0069H, 12.4). */
#include <tn/hv/vlr.h>

#include <tn/gic.h>
#include <tn/hv/vlr_regs.h>
#include <tn/sysreg.h>

#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICC_DIR_EL1 S3_0_C12_C11_1
#define ICC_SRE_EL1 S3_0_C12_C12_5
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

uint64_t vlr_read(unsigned i)
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

void vlr_write(unsigned i, uint64_t value)
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

uint32_t vlr_used(void)
{
    return ~(uint32_t)tn_sysreg_read(ICH_ELRSR_EL2) & VLR_ALL;
}

void tn_vlr_init_cpu(void)
{
    tn_sysreg_write(ICC_CTLR_EL1, ICC_CTLR_EOIMODE);
    tn_isb();
}

void vlr_state_reset(void)
{
    tn_sysreg_write(ICC_SRE_EL1, 1);
    tn_sysreg_write(ICH_AP0R0_EL2, 0);
    tn_sysreg_write(ICH_AP1R0_EL2, 0);
    tn_sysreg_write(ICH_VMCR_EL2, VMCR_OPEN);
    tn_sysreg_write(ICH_HCR_EL2, HCR_EN);
}

void vlr_state_save(struct vlr_state *state)
{
    state->vmcr = tn_sysreg_read(ICH_VMCR_EL2);
    state->ap0 = tn_sysreg_read(ICH_AP0R0_EL2);
    state->ap1 = tn_sysreg_read(ICH_AP1R0_EL2);
}

/*
 * ICC_SRE_EL1: where the GIC has a memory-mapped interface for guests (Arm IHI 0069, 12.2.24), one
 * can choose it, and the next one's registers would be undefined instructions.
 */
void vlr_state_restore(const struct vlr_state *state)
{
    tn_sysreg_write(ICC_SRE_EL1, 1);
    tn_sysreg_write(ICH_VMCR_EL2, state->vmcr);
    tn_sysreg_write(ICH_AP0R0_EL2, state->ap0);
    tn_sysreg_write(ICH_AP1R0_EL2, state->ap1);
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

void tn_vlr_want(bool more)
{
    tn_sysreg_write(ICH_HCR_EL2, more ? HCR_EN | HCR_UIE : HCR_EN);
}
