/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table that the exception vector (hv/mortise/vectors.S) calls through.  It lies at the top
 * of the stack, where the stack pointer itself leads the vector to it.
 */
#include <tn/hv/hypercall.h>

/* A slot: a function number from `count` on gets `refusal`, which the vector sign-extends. */
struct slot {
    tn_hc_fn *const *functions;
    uint32_t count;
    int32_t refusal;
};

_Static_assert(sizeof(struct slot) == HV_HC_SLOT_SIZE, "vectors.S scales by it");
_Static_assert(offsetof(struct slot, count) == 8, "vectors.S loads functions, count, refusal");
_Static_assert(offsetof(struct slot, refusal) == 12, "vectors.S takes the upper half of a word");

static struct slot table[HV_HC_SLOTS] TN_SECTION(".bss.0hypercalls");

extern const struct tn_hc_group __hv_groups[], __hv_groups_end[];

void tn_hv_hypercall_init(uint64_t caps)
{
    for (unsigned i = 0; i < HV_HC_SLOTS; i++) {
        table[i].count = 0;
        table[i].refusal = TN_HC_NOT_SUPPORTED;
    }
    for (const struct tn_hc_group *group = __hv_groups; group < __hv_groups_end; group++) {
        struct slot *slot =
            &table[group->group == HV_HC_GROUP_PSCI ? HV_HC_PSCI_SLOT
                                                    : HV_HC_FIRST_SLOT + group->group];

        if (caps >> group->cap & 1) {
            slot->functions = group->functions;
            slot->count = group->count;
        } else {
            slot->refusal = TN_HC_DENIED;
        }
    }
}
