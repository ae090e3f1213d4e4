/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap of a program: one area from the end of .bss to where the builder says.
 * newlib's malloc is the only caller; it needs no more than a break that moves.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <tn/abi/layout.h>

extern char __heap_start[];
extern const volatile struct tn_layout tn_layout; /* filled in after the link */

void *_sbrk(ptrdiff_t increment);

static char *heap_break = __heap_start;

void *_sbrk(ptrdiff_t increment)
{
    char *old = heap_break;
    ptrdiff_t room = (char *)tn_layout.heap_end - old;

    if (increment > room || increment < __heap_start - old) {
        errno = ENOMEM;
        return (void *)-1;
    }
    heap_break = old + increment;
    return old;
}
