/* SPDX-License-Identifier: Apache-2.0 */
/* Two tables of texts; what to print around them is the caller's. */
#include <tn/fault.h>

static const struct {
    uint8_t class;
    const char *text;
} classes[] = {
    {0x00, "undefined instruction"},
    {0x07, "FP or SIMD access"},
    {0x0e, "illegal execution state"},
    {0x15, "SVC"},
    {0x18, "access to a system register"},
    {TN_EC_INSTRUCTION_ABORT, "instruction abort"},
    {TN_EC_INSTRUCTION_ABORT | TN_EC_SAME_EL, "instruction abort"},
    {0x22, "misaligned program counter"},
    {TN_EC_DATA_ABORT, "data abort"},
    {TN_EC_DATA_ABORT | TN_EC_SAME_EL, "data abort"},
    {0x26, "misaligned stack pointer"},
    {0x2c, "floating-point exception"},
    {0x3c, "breakpoint instruction"},
};

const char *tn_fault_class(uint64_t esr)
{
    for (unsigned i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (classes[i].class == TN_ESR_EC(esr)) {
            return classes[i].text;
        }
    }
    return "unknown exception";
}

const char *tn_fault_status(unsigned fsc)
{
    switch (fsc >> 2) {
    case 0:
        return "address size";
    case 1:
        return "translation";
    case 2:
        return "access flag";
    case 3:
        return "permission";
    default:
        return fsc == 0x21 ? "alignment" : "external";
    }
}
