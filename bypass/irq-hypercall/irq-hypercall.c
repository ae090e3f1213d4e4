/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a program without a kernel in a partition: Mortise has prepared them. */
#include <tn/irqline.h>

void tn_irqline_prepare(uint32_t intid)
{
    (void)intid;
}
