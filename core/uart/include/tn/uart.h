/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A polled UART.  One driver is linked, the board's folder says which.  `base` is where the
 * registers are in the caller's address space: EL2 has its own mapping of them.  No state, no
 * interrupts, no memory, so that the panic path can use it; two CPUs that write at once mix
 * their characters.  Any context.  Baud rate and frame are what the boot loader has set.
 */
#ifndef TN_UART_H
#define TN_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Switch receiver and transmitter on; harmless when they are. */
void tn_uart_init(uintptr_t base);

/* True while the transmitter has room: then tn_uart_putc() does not wait. */
bool tn_uart_ready(uintptr_t base);

/* Write one byte as it is; waits until the transmitter has room. */
void tn_uart_putc(uintptr_t base, char c);

/* Write `size` bytes as they are. */
void tn_uart_write(uintptr_t base, const char *text, size_t size);

/* Wait until everything written has left the transmitter: before power goes. */
void tn_uart_flush(uintptr_t base);

/* One received byte, 0..255, or -1 when none is there. */
int tn_uart_getc(uintptr_t base);

#endif
