/* SPDX-License-Identifier: Apache-2.0 */
/* What an instruction is, by its encoding (Arm ARM C4.1): for the plugins that count kinds. */
#include "window.h"

enum kind insn_kind(uint32_t bits)
{
    if ((bits & 0xfffff01fu) == 0xd503301fu) { /* barriers, CLREX */
        switch (bits >> 5 & 7) {
        case 4:
            return KIND_DSB;
        case 5:
            return KIND_DMB;
        case 6:
            return KIND_ISB;
        default:
            return KIND_OTHER;
        }
    }
    if ((bits & 0xfffff01fu) == 0xd503201fu) /* hints */
        return KIND_OTHER;
    if ((bits & 0xffc00000u) == 0xd5000000u)
        return KIND_SYSREG;
    if ((bits & 0xffe0001cu) == 0xd4000000u && (bits & 3))
        return KIND_CALL;
    if (bits == 0xd69f03e0u)
        return KIND_ERET;
    if ((bits & 0x3f800000u) == 0x08000000u)
        return KIND_EXCLUSIVE;
    if ((bits & 0x0a000000u) == 0x08000000u)
        return KIND_MEMORY;
    if ((bits & 0x1c000000u) == 0x14000000u)
        return KIND_BRANCH;
    return KIND_OTHER;
}
