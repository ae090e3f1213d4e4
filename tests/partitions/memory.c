/* SPDX-License-Identifier: Apache-2.0 */
/* Fills its memory with a pattern of its own again and again; a foreign word is status 1. */
#include <stdint.h>
#include <stdlib.h>

static volatile uint32_t words[16384];

int main(int argc, char **argv)
{
    uint32_t mine = argc > 1 ? (uint32_t)atoi(argv[1]) << 28 : 0;

    for (uint32_t round = 0; round < 50; round++) {
        for (uint32_t i = 0; i < 16384; i++) {
            words[i] = mine | round << 16 | i;
        }
        for (uint32_t i = 0; i < 16384; i++) {
            if (words[i] != (mine | round << 16 | i)) {
                return 1;
            }
        }
    }
    return 0;
}
