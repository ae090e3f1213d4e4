/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest program: standard C, built and booted without a configuration file. */
#include <stdio.h>

int main(void)
{
    puts("Hello from TenonOS");
    return 0;
}
