/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercall groups.  A library registers one with
 *
 *     REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_IRQ, TN_CAP_IRQ, irq_enable, irq_disable, irq_pend);
 *
 * where the functions stand in the order of their numbers.  Two libraries that register the same
 * group do not link.  May be included from assembly.
 */
#ifndef TN_HV_HYPERCALL_H
#define TN_HV_HYPERCALL_H

#include <tn/abi/hypercall.h>

/* What the vector needs: slots of the table, where in a slot and on the stack things are. */
#define HV_HC_SLOT_SIZE 16
#define HV_HC_PSCI_SLOT 0
#define HV_HC_FIRST_SLOT 1 /* of group 0 */
#define HV_HC_SLOTS (HV_HC_FIRST_SLOT + TN_HC_GROUPS)
#define HV_HC_GROUP_PSCI TN_HC_GROUPS /* in REGISTER_HYPERCALL_GROUP: PSCI's own numbers */

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>
#include <tn/compiler.h>

/*
 * A hypercall function gets x0..x7 as the guest had them: its identifier and the arguments.  The
 * result goes to the guest's x0; the vector preserves all else.  A guest's values are never
 * trusted.  preserve_most: a callee leaves x9..x15 alone, so that the vector need not save them.
 * Runs at EL2, masked, on the CPU's stack; must not block.
 */
#define TN_HC_FUNCTION __attribute__((preserve_most))
typedef TN_HC_FUNCTION long tn_hc_fn(uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3);

struct tn_hc_group {
    tn_hc_fn *const *functions;
    uint16_t count;
    uint8_t group;
    uint8_t cap; /* TN_CAP_* that the partition needs */
};

#define REGISTER_HYPERCALL_GROUP(group, cap, ...) TN_HC_GROUP_RECORD(group, cap, __VA_ARGS__)
#define TN_HC_GROUP_RECORD(group_, cap_, ...)                                                      \
    static tn_hc_fn *const tn_hc_functions_##group_[] = {__VA_ARGS__};                             \
    extern const struct tn_hc_group tn_hc_group_##group_;                                          \
    const struct tn_hc_group tn_hc_group_##group_ TN_SECTION(".hv.group") = {                      \
        tn_hc_functions_##group_, TN_ARRAY_SIZE(tn_hc_functions_##group_), group_, cap_}

/* Fill the table in for a partition with these capabilities.  Once, at boot. */
void tn_hv_hypercall_init(uint64_t caps);
#endif

#endif
