/* SPDX-License-Identifier: Apache-2.0 */
/* Hypercall group WATCHDOG as a function. */
#include <tn/watchdog.h>

#include <tn/compiler.h>
#include <tn/hypercall.h>

/* Not inlined: that code of this library is linked is what grants the capability. */
TN_NOINLINE int tn_watchdog_kick(void)
{
    return tn_hypercall1(TN_HC_WATCHDOG_KICK, 0) == TN_HC_OK ? TN_OK : TN_ENOENT;
}
