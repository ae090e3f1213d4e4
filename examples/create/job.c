/* SPDX-License-Identifier: Apache-2.0 */
/* Counts how often it has run, which is once: each time it is created from the file. */
#include <stdio.h>

static int runs;

int main(void)
{
    runs++;
    printf("a program in a slot, run %d\n", runs);
    return 0;
}
