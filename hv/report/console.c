/* SPDX-License-Identifier: Apache-2.0 */
/* Text, numbers and registers on the board's console. */
#include <tn/hv/report.h>

#include <tn/board.h>
#include <tn/hv/partition.h>
#include <tn/psci.h>
#include <tn/uart.h>

#include "internal.h"

TN_HV_DEVICE(console, HV_VA_CONSOLE, TN_BOARD_CONSOLE_BASE, HV_PAGE);

void tn_hv_report_init(void)
{
    tn_uart_init(HV_VA_CONSOLE);
}

void tn_hv_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            tn_uart_putc(HV_VA_CONSOLE, '\r');
        }
        tn_uart_putc(HV_VA_CONSOLE, *text);
    }
}

void tn_hv_decimal(uint32_t value)
{
    char digits[11];
    unsigned i = sizeof(digits) - 1;

    digits[i] = '\0';
    do {
        digits[--i] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    tn_hv_text(digits + i);
}

void tn_hv_hex(uint64_t value, unsigned digits)
{
    tn_hv_text("0x");
    while (digits-- > 0) {
        tn_uart_putc(HV_VA_CONSOLE, "0123456789abcdef"[value >> digits * 4 & 0xf]);
    }
}

void tn_hv_partition_line(void)
{
    tn_hv_text("mortise: partition ");
    if (CONFIG_PARTITIONS > 1) {
        tn_hv_decimal(tn_hv_partition.index);
        tn_hv_text(" \"");
    } else {
        tn_hv_text("0 \"");
    }
    tn_hv_text(tn_hv_partition.name);
    tn_hv_text("\"");
}

void tn_hv_stop(void)
{
    tn_hv_text("\n");
    tn_uart_flush(HV_VA_CONSOLE);
    tn_psci_system_off();
}

static void print_register(const char *name, uint64_t value)
{
    tn_hv_text(name);
    tn_hv_hex(value, 16);
}

void report_registers(const struct tn_hv_frame *frame, uint64_t pc, uint64_t sp, uint64_t esr,
                      uint64_t spsr)
{
    print_register("\nmortise:   pc ", pc);
    print_register(" sp ", sp);
    print_register(" esr ", esr);
    print_register(" spsr ", spsr);
    for (uint32_t i = 0; i < TN_ARRAY_SIZE(frame->x); i++) {
        tn_hv_text(i % REGISTERS_PER_LINE == 0 ? "\nmortise:   x" : " x");
        tn_hv_decimal(i);
        print_register(" ", frame->x[i]);
    }
    tn_hv_text("\n");
}
