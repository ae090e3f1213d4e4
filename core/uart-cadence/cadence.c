/* SPDX-License-Identifier: Apache-2.0 */
/* Cadence UART of the Zynq families (UG1085, chapter "UART Controller"), polled. */
#include <tn/uart.h>

#include <tn/mmio.h>

#define CR 0x00
#define CR_RX_EN (1u << 2)
#define CR_RX_DIS (1u << 3)
#define CR_TX_EN (1u << 4)
#define CR_TX_DIS (1u << 5)
#define SR 0x2c
#define SR_RX_EMPTY (1u << 1)
#define SR_TX_EMPTY (1u << 3)
#define SR_TX_FULL (1u << 4)
#define SR_TX_ACTIVE (1u << 11)
#define FIFO 0x30

void tn_uart_init(uintptr_t base)
{
    uint32_t control = tn_mmio_read32(base + CR);

    /* A disable bit wins over its enable bit, and both are set after reset. */
    control &= ~(CR_RX_DIS | CR_TX_DIS);
    tn_mmio_write32(base + CR, control | CR_RX_EN | CR_TX_EN);
}

bool tn_uart_ready(uintptr_t base)
{
    return !(tn_mmio_read32(base + SR) & SR_TX_FULL);
}

void tn_uart_putc(uintptr_t base, char c)
{
    while (tn_mmio_read32(base + SR) & SR_TX_FULL) {}
    tn_mmio_write32(base + FIFO, (uint8_t)c);
}

void tn_uart_write(uintptr_t base, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        tn_uart_putc(base, text[i]);
    }
}

void tn_uart_flush(uintptr_t base)
{
    while ((tn_mmio_read32(base + SR) & (SR_TX_EMPTY | SR_TX_ACTIVE)) != SR_TX_EMPTY) {}
}

int tn_uart_getc(uintptr_t base)
{
    if (tn_mmio_read32(base + SR) & SR_RX_EMPTY) {
        return -1;
    }
    return (int)(tn_mmio_read32(base + FIFO) & 0xff);
}
