/* SPDX-License-Identifier: Apache-2.0 */
/* A partition that waits to be stopped. */
#include <tn/sysreg.h>

int main(void)
{
    for (;;) {
        tn_wfi();
    }
}
