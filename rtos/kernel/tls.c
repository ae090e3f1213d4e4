/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thread-local variables (AAELF64, local-exec): a block at the top of each thread's stack, made
 * of the initial values and zeroes.  The main thread has the block that the linker laid out.  A
 * program without such variables has no block, and no work at a switch.
 */
#include <string.h>
#include <tn/kernel.h>
#include <tn/kernel_tls.h>

#define TCB 16 /* between the thread pointer and the block */

extern char __data_load[], __data_start[], __tls_start[], __tls_pointer[];
extern char __tls_data_size[], __tls_size[]; /* their addresses are the numbers */

/* The compiler must not conclude that an address is not 0. */
static size_t number(const char *symbol)
{
    __asm__("" : "+r"(symbol));
    return (uintptr_t)symbol;
}

char *tn_tls_reserve(struct tn_thread *t, char *top)
{
    size_t size = number(__tls_size);
    size_t data = number(__tls_data_size);

    if (size == 0) {
        return top;
    }
    top -= TN_ALIGN_UP(size, TN_STACK_ALIGN);
    memcpy(top, __data_load + (__tls_start - __data_start), data);
    memset(top + data, 0, size - data);
    t->tls = (uintptr_t)top - TCB;
    t->hooks |= TN_HOOK_TLS;
    return top - TCB;
}

void tn_tls_adopt(struct tn_thread *t)
{
    if (number(__tls_size) != 0) {
        t->tls = (uintptr_t)__tls_pointer;
        t->hooks |= TN_HOOK_TLS;
        tn_sysreg_write(tpidr_el0, t->tls);
    }
}
