/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exceptions that nobody expects: say which thread, why and where, and end the image.  Runs on
 * the interrupt stack, so that a thread's overflowing stack is reported, too.
 */
#include <stddef.h>
#include <stdint.h>
#include <tn/ectx.h>
#include <tn/guard.h>
#include <tn/kernel.h>
#include <tn/kernel_end.h>
#include <tn/kernel_fault.h>

#define SYNC_OF_HANDLER 0u
#define NAME_MAX_PRINTED 32
#define SYNC_OF_THREAD 4u
#define FRAME_REGISTERS 20
#define ESR_EC_SHIFT 26
#define EC_FP 0x07u         /* access to FP/SIMD while CPACR_EL1 closes it */
#define EC_DATA_ABORT 0x25u /* of EL1 */

static void put(const char *text)
{
    size_t n = 0;

    while (text[n] != '\0') {
        n++;
    }
    tn_kernel_report(text, n);
}

/* A name of which nobody knows whether it is one still: what overflowed may have hit it. */
static void put_name(const char *name)
{
    size_t n = 0;

    while (n < NAME_MAX_PRINTED && name[n] > ' ' && name[n] <= '~') {
        n++;
    }
    tn_kernel_report(name, n);
}

static void put_hex(const char *name, uint64_t value)
{
    char digits[16];

    for (int i = 0; i < 16; i++) {
        digits[i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
    }
    put(name);
    tn_kernel_report(digits, sizeof(digits));
}

/* Ends the name and says, where there are several, which CPU it is. */
static void put_cpu(void)
{
    const char text[] = {'"', ' ', 'o', 'n', ' ',
                         'C', 'P', 'U', ' ', (char)('0' + tn_percpu_number())};

    tn_kernel_report(text, CONFIG_CPUS > 1 ? sizeof(text) : 1);
}

void tn_fault_stack(const struct tn_thread *t)
{
    tn_sysreg_write(daif, TN_DAIF_I);
    tn_percpu_stop_others();
    put("\r\ntenon: stack overflow of thread \"");
    put_name(t->name);
    put_cpu();
    put("\r\n");
    tn_image_fault();
}

void tn_fault_context(const char *what)
{
    tn_sysreg_write(daif, TN_DAIF_I);
    tn_percpu_stop_others();
    put("\r\ntenon: ");
    put(what);
    put(" in a handler over thread \"");
    put_name(tn_thread_self()->name);
    put("\"\r\n");
    tn_image_fault();
}

/* What of `self` or of the handler above it ended in a guard page; NULL: nothing. */
static const char *overflown(uint64_t vector, const struct tn_thread *self)
{
    uint64_t far = tn_sysreg_read(far_el1);

    if (tn_sysreg_read(esr_el1) >> ESR_EC_SHIFT != EC_DATA_ABORT) {
        return NULL;
    }
    if (vector == SYNC_OF_HANDLER) {
        return tn_guard_is_irq(far) ? "stack overflow in a handler over thread \"" : NULL;
    }
    return (uintptr_t)self->stack - 1 - far < self->guard ? "stack overflow of thread \"" : NULL;
}

void tn_fault(uint64_t vector, const uint64_t *frame)
{
    struct tn_thread *self = tn_thread_self();
    const char *what = overflown(vector, self);

    tn_percpu_stop_others();
    put("\r\ntenon: ");
    if (what == NULL) {
        what = vector < SYNC_OF_THREAD ? "fault in a handler over thread \"" : "fault in thread \"";
    }
    put(what);
    put_name(self->name);
    put_cpu();
    put_hex("\r\ntenon: vector ", vector);
    put_hex(" esr ", tn_sysreg_read(esr_el1));
    put_hex(" elr ", tn_sysreg_read(elr_el1));
    put_hex(" far ", tn_sysreg_read(far_el1));
    for (int i = 0; i < FRAME_REGISTERS; i++) {
        put_hex(i % 4 == 0 ? "\r\ntenon: " : " ", frame[i]);
    }
    put("\r\n");
    tn_image_fault();
}

void tn_sync(uint64_t esr, const uint64_t *frame)
{
    if (esr >> ESR_EC_SHIFT == EC_FP && tn_ectx_trap(tn_thread_self(), 0)) {
        return;
    }
    tn_fault(SYNC_OF_THREAD, frame);
}

void tn_sync_handler(uint64_t esr, const uint64_t *frame)
{
    if (esr >> ESR_EC_SHIFT == EC_FP && tn_ectx_trap(tn_thread_self(), 1)) {
        return;
    }
    tn_fault(SYNC_OF_HANDLER, frame);
}
