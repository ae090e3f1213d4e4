/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's report of a fault, polled to the UART that is the program's own. */
#include <tn/board.h>
#include <tn/kernel_end.h>
#include <tn/uart.h>

void tn_kernel_report(const char *text, size_t size)
{
    tn_uart_write(TN_BOARD_CONSOLE_BASE, text, size);
}
