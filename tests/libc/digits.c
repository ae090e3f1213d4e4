/* SPDX-License-Identifier: Apache-2.0 */
/* A number of a thousand digits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    static char text[1003] = "0.";
    char *end;
    double value;

    memset(text + 2, '7', 1000);
    value = strtod(text, &end);
    printf("%d %.17g\n", (int)(end - text - 2), value);
    return 0;
}
