/* SPDX-License-Identifier: Apache-2.0 */
/* CHECK: end the program where a condition does not hold; the status says on which line. */
#ifndef CHECK_H
#define CHECK_H

#include <stdlib.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            exit(__LINE__ % 251 + 1);                                                              \
        }                                                                                          \
    } while (0)

#endif
