/* SPDX-License-Identifier: Apache-2.0 */
/* Start of the cycle counter; reading it is inline in the header. */
#include <tn/pmu.h>

#define PMCR_E (1u << 0)  /* enable */
#define PMCR_C (1u << 2)  /* reset the cycle counter */
#define PMCR_LC (1u << 6) /* overflow at 64 bits, not at 32 */
#define PMCNTEN_C (1u << 31)
#define PMCCFILTR_NSH (1u << 27) /* count at EL2, too */

void tn_pmu_start(void)
{
    uint64_t control = PMCR_E | PMCR_C | PMCR_LC;
    uint64_t cycle_counter = PMCNTEN_C;
    uint64_t filter = CONFIG_PMU_EL2 ? PMCCFILTR_NSH : 0;

    __asm__ volatile("msr pmccfiltr_el0, %x2\n\t"
                     "msr pmcntenset_el0, %0\n\t"
                     "msr pmcr_el0, %1\n\t"
                     "isb" ::"r"(cycle_counter),
                     "r"(control), "rZ"(filter)
                     : "memory");
}
