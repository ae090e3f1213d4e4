/* SPDX-License-Identifier: Apache-2.0 */
/* Arm PrimeCell UART PL011 (DDI 0183), polled. */
#include <tn/uart.h>

#include <tn/mmio.h>

#define DR 0x00
#define FR 0x18
#define FR_BUSY (1u << 3) /* transmitting */
#define FR_RXFE (1u << 4) /* receive FIFO empty */
#define FR_TXFF (1u << 5) /* transmit FIFO full */
#define CR 0x30
#define CR_ENABLE (1u << 0 | 1u << 8 | 1u << 9) /* UART, transmitter, receiver */

void tn_uart_init(uintptr_t base)
{
    tn_mmio_write32(base + CR, tn_mmio_read32(base + CR) | CR_ENABLE);
}

bool tn_uart_ready(uintptr_t base)
{
    return !(tn_mmio_read32(base + FR) & FR_TXFF);
}

void tn_uart_putc(uintptr_t base, char c)
{
    while (tn_mmio_read32(base + FR) & FR_TXFF) {}
    tn_mmio_write32(base + DR, (uint8_t)c);
}

void tn_uart_write(uintptr_t base, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        tn_uart_putc(base, text[i]);
    }
}

void tn_uart_flush(uintptr_t base)
{
    while (tn_mmio_read32(base + FR) & FR_BUSY) {}
}

int tn_uart_getc(uintptr_t base)
{
    if (tn_mmio_read32(base + FR) & FR_RXFE) {
        return -1;
    }
    return (int)(tn_mmio_read32(base + DR) & 0xff);
}
