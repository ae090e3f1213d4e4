/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose turn it is on the console.  What a thread writes between tn_console_begin() and
 * tn_console_end() is not mixed with another thread's; handlers, and who has masked interrupts,
 * cannot wait for their turn and write in between.  No character is lost in any case.
 */
#ifndef TN_CONSOLE_H
#define TN_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Wait for one's turn.  Returns what tn_console_end() wants.  Any context. */
bool tn_console_begin(void);
void tn_console_end(bool waited);

/* Write to the UART at `base`; waits until the transmitter has taken it all.  Any context. */
void tn_console_put(uintptr_t base, const char *text, size_t size);

#endif
