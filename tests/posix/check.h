/* SPDX-License-Identifier: Apache-2.0 */
/* CHECK: say which condition of which line did not hold; checked() is what main returns. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                                 \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

static inline int checked(void)
{
    if (failures == 0) {
        puts("ok");
    }
    return failures != 0;
}

#endif
