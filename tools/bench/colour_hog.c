/* SPDX-License-Identifier: Apache-2.0 */
/* Writes four times as much memory as the shared cache holds, for ever. */
#include <stddef.h>
#include <stdint.h>

#define SIZE (4u << 20)
#define LINE 64

static volatile uint8_t memory[SIZE];

int main(void)
{
    for (;;) {
        for (size_t at = 0; at < SIZE; at += LINE) {
            memory[at]++;
        }
    }
}
