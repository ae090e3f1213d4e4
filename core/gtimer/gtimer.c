/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The EL1 timers.  Functions rather than inline code, so that a program which uses them names
 * them at the link and is given the capability for it; the link inlines them.
 */
#include <tn/gtimer.h>

#include <tn/sysreg.h>

#define ENABLE 1

void tn_gtimer_virt_set(uint64_t ticks)
{
    tn_sysreg_write(cntv_cval_el0, ticks);
    tn_sysreg_write(cntv_ctl_el0, ENABLE);
}

void tn_gtimer_virt_stop(void)
{
    tn_sysreg_write(cntv_ctl_el0, 0);
}

void tn_gtimer_phys_set(uint64_t ticks)
{
    tn_sysreg_write(cntp_cval_el0, ticks);
    tn_sysreg_write(cntp_ctl_el0, ENABLE);
}

void tn_gtimer_phys_stop(void)
{
    tn_sysreg_write(cntp_ctl_el0, 0);
}
