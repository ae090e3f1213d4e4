/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a program on bare metal ends: a line that says so, as Mortise would print it, and the
 * firmware switches the machine off.
 */
#include <stddef.h>
#include <tn/board.h>
#include <tn/kernel_end.h>
#include <tn/percpu.h>
#include <tn/psci.h>
#include <tn/sysreg.h>
#include <tn/uart.h>

#define BOOTED_AT_EL2 2 /* TPIDRRO_EL0, set by rtos/bare-boot */
#define STATUS_FAULT 139

extern char *tn_argv[];

static void put(const char *text)
{
    while (*text != '\0') {
        tn_uart_putc(TN_BOARD_CONSOLE_BASE, *text++);
    }
}

/* Where the boot loader ran at EL1, what answers PSCI is reached by HVC (Arm DEN0022, 5.2.1). */
static TN_NORETURN void power_off(void)
{
    if (tn_percpu_boot_el() != BOOTED_AT_EL2) {
        register uint64_t x0 __asm__("x0") = TN_PSCI_BASE | TN_PSCI_SYSTEM_OFF;

        __asm__ volatile("hvc #0" : "+r"(x0) : : "memory");
    }
    tn_psci_system_off();
}

void tn_image_exit(int status)
{
    unsigned n = (unsigned)status & 0xff;
    char digits[] = {(char)('0' + n / 100), (char)('0' + n / 10 % 10), (char)('0' + n % 10), '\0'};

    tn_percpu_stop_others();
    if (n != 0) {
        put("tenon: program \"");
        put(tn_argv[0]);
        put("\" exit ");
        put(n >= 100 ? digits : n >= 10 ? digits + 1 : digits + 2);
        put("\r\n");
    }
    tn_uart_flush(TN_BOARD_CONSOLE_BASE);
    power_off();
}

void tn_image_fault(void)
{
    tn_image_exit(STATUS_FAULT);
}
