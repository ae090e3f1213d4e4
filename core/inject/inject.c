/* SPDX-License-Identifier: Apache-2.0 */
/* Hypercall group INJECT as a function; not inlined: its code grants the capability. */
#include <tn/inject.h>

#include <tn/compiler.h>
#include <tn/hypercall.h>

TN_NOINLINE int tn_irq_inject(uint32_t intid)
{
    return tn_hypercall1(TN_HC_INJECT_PEND, intid) == TN_HC_OK ? TN_OK : TN_EINVAL;
}
