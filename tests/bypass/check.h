/* SPDX-License-Identifier: Apache-2.0 */
/* A condition that must hold in a test program on the target. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            printf("line %d: %s does not hold\n", __LINE__, #cond);                                \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

#endif
