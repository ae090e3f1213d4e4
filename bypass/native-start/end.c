/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a native program ends, by itself or by a fault: lines that say so, as Mortise would print
 * them, and the firmware switches the machine off.  The report is polled and has no memory.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tn/abi/layout.h>
#include <tn/board.h>
#include <tn/fault.h>
#include <tn/program_end.h>
#include <tn/psci.h>
#include <tn/sysreg.h>
#include <tn/uart.h>

#define PAGE 0x1000u
#define REGISTERS_PER_LINE 4

/* As start.S stores it. */
struct frame {
    uint64_t x[31];
    uint64_t sp;
};
_Static_assert(sizeof(struct frame) == 256 && offsetof(struct frame, sp) == 248, "start.S");

enum kind { SYNC, IRQ, FIQ, SERROR };

TN_NORETURN void native_report(const struct frame *frame, uint64_t kind);

extern char *tn_argv[];
extern const struct tn_layout tn_layout;

static void put(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            tn_uart_putc(TN_BOARD_CONSOLE_BASE, '\r');
        }
        tn_uart_putc(TN_BOARD_CONSOLE_BASE, *text);
    }
}

static void put_hex(const char *name, uint64_t value)
{
    put(name);
    put("0x");
    for (int shift = 60; shift >= 0; shift -= 4) {
        tn_uart_putc(TN_BOARD_CONSOLE_BASE, "0123456789abcdef"[value >> shift & 0xf]);
    }
}

/* 0 to 999. */
static void put_decimal(unsigned n)
{
    char digits[] = {(char)('0' + n / 100), (char)('0' + n / 10 % 10), (char)('0' + n % 10), '\0'};

    put(n >= 100 ? digits : n >= 10 ? digits + 1 : digits + 2);
}

static void put_program(const char *event)
{
    put("native: program \"");
    put(tn_argv[0]);
    put("\" ");
    put(event);
}

static TN_NORETURN void power_off(void)
{
    tn_uart_flush(TN_BOARD_CONSOLE_BASE);
    tn_psci_system_off();
}

void tn_program_end(unsigned status)
{
    if (status != 0) {
        put_program("exit ");
        put_decimal(status);
        put("\n");
    }
    power_off();
}

/* The access that an abort is about. */
static void put_access(uint64_t esr, uint64_t far)
{
    put(" (");
    put(tn_fault_status(TN_ISS_FSC(esr)));
    put_hex(" fault) at ", far);
    if ((TN_ESR_EC(esr) & ~TN_EC_SAME_EL) == TN_EC_DATA_ABORT) {
        put(esr & TN_ISS_WRITE ? ", write" : ", read");
        if (esr & TN_ISS_VALID) {
            put(" of ");
            put_decimal(TN_ISS_SIZE(esr));
            put(" bytes");
        }
    }
}

/* Below the stack nothing is mapped; a frame larger than a page steps over the first one. */
static bool overflowed(uint64_t far, uint64_t sp)
{
    return tn_layout.stack_bottom - far - 1 < PAGE || sp < tn_layout.stack_bottom;
}

static void put_cause(const struct frame *frame, uint64_t kind, uint64_t esr, uint64_t far)
{
    unsigned class = TN_ESR_EC(esr) & ~TN_EC_SAME_EL;

    if (kind != SYNC) {
        put(kind == SERROR ? "SError" : "unexpected interrupt");
        return;
    }
    if (class == TN_EC_DATA_ABORT && overflowed(far, frame->sp)) {
        put("stack overflow");
    } else {
        put(tn_fault_class(esr));
    }
    if (class == TN_EC_DATA_ABORT || class == TN_EC_INSTRUCTION_ABORT) {
        put_access(esr, far);
    }
}

/* From the vectors: what nobody handles.  A fault in here would come here again: once is enough. */
void native_report(const struct frame *frame, uint64_t kind)
{
    static bool reporting;
    uint64_t esr = tn_sysreg_read(esr_el2);
    uint64_t pc = tn_sysreg_read(elr_el2);
    uint64_t spsr = tn_sysreg_read(spsr_el2);

    if (reporting) {
        power_off();
    }
    reporting = true;
    put("\n");
    put_program("fault: ");
    put_cause(frame, kind, esr, tn_sysreg_read(far_el2));
    put_hex("\nnative:   pc ", pc);
    put_hex(" sp ", frame->sp);
    put_hex(" esr ", esr);
    put_hex(" spsr ", spsr);
    for (unsigned i = 0; i < TN_ARRAY_SIZE(frame->x); i++) {
        put(i % REGISTERS_PER_LINE == 0 ? "\nnative:   x" : " x");
        put_decimal(i);
        put_hex(" ", frame->x[i]);
    }
    put("\n");
    power_off();
}
