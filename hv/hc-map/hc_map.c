/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercall group MAP.  HCR_EL2.DC, with which a program begins (hv/mortise/guest.c), keeps
 * SCTLR_EL1.M without effect; without DC the guest's translation tables count.  They are its own
 * matter: all that they can reach is what stage 2 maps.
 */
#include <tn/abi/cap.h>
#include <tn/hv/hypercall.h>
#include <tn/sysreg.h>

#define HCR_DC (1ull << 12)

static TN_HC_FUNCTION long map_on(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    (void)id, (void)x1, (void)x2, (void)x3;
    tn_sysreg_write(hcr_el2, tn_sysreg_read(hcr_el2) & ~HCR_DC);
    /* DC may be part of what a TLB has of this partition (Arm ARM D5.10, of this VMID only); the
     * exception return synchronises the context. */
    tn_tlbi(vmalls12e1);
    tn_dsb(nsh);
    return TN_HC_OK;
}

REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_MAP, TN_CAP_MAP, map_on);
