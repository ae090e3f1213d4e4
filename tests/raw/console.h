/* SPDX-License-Identifier: Apache-2.0 */
/* What a kernel of these tests says, by the UART that the test names (TN_UART..., test_raw.py). */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdint.h>

static void put(char c)
{
    volatile uint32_t *uart = (volatile uint32_t *)(uintptr_t)TN_UART;

    while (uart[TN_UART_STATUS / 4] & TN_UART_FULL) {}
    uart[TN_UART_DATA / 4] = (uint8_t)c;
}

static void text(const char *s)
{
    while (*s != '\0') {
        put(*s++);
    }
}

#endif
