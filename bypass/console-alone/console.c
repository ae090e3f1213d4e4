/* SPDX-License-Identifier: Apache-2.0 */
/* One CPU and no threads: it is always the caller's turn. */
#include <tn/console.h>

#include <tn/uart.h>

bool tn_console_begin(void)
{
    return true;
}

void tn_console_end(bool waited)
{
    (void)waited;
}

void tn_console_put(uintptr_t base, const char *text, size_t size)
{
    tn_uart_write(base, text, size);
}
