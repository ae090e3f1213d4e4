/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread has the console for as long as it writes, by a mutex with inheritance.  Who must not
 * wait writes without, so that each character has a lock of its own, too: "there is room" and the
 * character belong together.  It is held, with interrupts masked, for two accesses to the UART.
 */
#include <tn/console.h>

#include <tn/kernel.h>
#include <tn/mutex.h>
#include <tn/uart.h>

/* Locked by calls: what the inlined paths are faster by is nothing beside a line of text. */
static struct tn_mutex turn = TN_MUTEX_INIT;

bool tn_console_begin(void)
{
    return !(tn_sysreg_read(daif) & TN_DAIF_I) && tn_mutex_lock_slow(&turn, TN_FOREVER) == TN_OK;
}

void tn_console_end(bool waited)
{
    if (waited) {
        tn_mutex_unlock_slow(&turn);
    }
}

/* False: there is no room yet. */
static bool put(uintptr_t base, char c)
{
    uint64_t daif = tn_kernel_lock();
    bool room = tn_uart_ready(base);

    if (room) {
        tn_uart_putc(base, c);
    }
    tn_kernel_unlock(daif);
    return room;
}

void tn_console_put(uintptr_t base, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        while (!put(base, text[i])) {}
    }
}
