/* SPDX-License-Identifier: Apache-2.0 */
/* Guard pages on bare metal: every CPU uses the tables of rtos/bare-boot from its start on. */
#include <tn/errno.h>
#include <tn/stage1.h>

int tn_stage1_start(void)
{
    return TN_OK;
}

void tn_stage1_join(void)
{
}
